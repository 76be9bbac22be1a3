package dev.sealift.migration;

import dev.sealift.migration.access.KeyFingerprint;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of hosts, all of which live at 127.0.0.1. */
public final class Identities {
  private static final char[] NO_PASSWORD = {};

  private final X500Principal name;
  private final KeyPair keys;
  private final X509Certificate certificate;
  private final Map<SSLContext, KeyFingerprint> keysOfHosts = new ConcurrentHashMap<>();

  private Identities(String name) throws Exception {
    this.name = new X500Principal("CN=" + name);
    keys = newKeys();
    certificate = certify(this.name, keys, true, "", "");
  }

  public static Identities authority(String name) {
    try {
      return new Identities(name);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A host with a certificate of this authority, which it also accepts from others. */
  public SSLContext host(String hostName) {
    return host(hostName, "127.0.0.1", "localhost");
  }

  /** The same, with a certificate for another address and name. */
  public SSLContext host(String hostName, String address, String dnsName) {
    try {
      KeyPair hostKeys = newKeys();
      X509Certificate own =
          certify(new X500Principal("CN=" + hostName), hostKeys, false, address, dnsName);
      SSLContext host = context(hostKeys.getPrivate(), own);
      keysOfHosts.put(host, KeyFingerprint.of(own.getPublicKey()));
      return host;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key of a host that this authority has made. */
  public KeyFingerprint key(SSLContext host) {
    return Objects.requireNonNull(keysOfHosts.get(host));
  }

  /** Somebody who accepts this authority's hosts, but has no certificate to show. */
  public SSLContext stranger() {
    try {
      return context(null, null);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private SSLContext context(PrivateKey key, X509Certificate own) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    if (key != null) {
      store.setKeyEntry("own", key, NO_PASSWORD, new Certificate[] {own});
    }
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(store, NO_PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, NO_PASSWORD);
    trusted.setCertificateEntry("authority", certificate);
    TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }

  private X509Certificate certify(
      X500Principal subject, KeyPair subjectKeys, boolean authority, String address, String dnsName)
      throws Exception {
    Instant now = Instant.now();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(new SecureRandom().nextLong() >>> 1),
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(Duration.ofDays(1))),
                subject,
                subjectKeys.getPublic())
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (!authority) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              new GeneralName[] {
                new GeneralName(GeneralName.iPAddress, address),
                new GeneralName(GeneralName.dNSName, dnsName)
              }));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }
}
