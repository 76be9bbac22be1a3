package dev.sealift.migration.access;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate to be made: for 127.0.0.1, valid today, for both ends of a connection. */
record Certificates(
    String subject, String address, Instant from, Instant until, KeyPurposeId... purposes) {
  private static final KeyPurposeId[] BOTH = {
    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
  };

  /** Somebody with a key and a certificate. */
  record Holder(KeyPair keys, List<X509Certificate> chain) {
    X509Certificate certificate() {
      return chain.getFirst();
    }

    HostCredentials credentials() {
      return new HostCredentials(keys.getPrivate(), chain);
    }

    KeyFingerprint fingerprint() {
      return KeyFingerprint.of(keys.getPublic());
    }
  }

  static Certificates of(String subject) {
    Instant now = Instant.now();
    return new Certificates(
        subject, "127.0.0.1", now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(1)), BOTH);
  }

  Certificates at(String otherAddress) {
    return new Certificates(subject, otherAddress, from, until, purposes);
  }

  Certificates valid(Duration fromNow, Duration untilNow) {
    Instant now = Instant.now();
    return new Certificates(subject, address, now.plus(fromNow), now.plus(untilNow), purposes);
  }

  Certificates only(KeyPurposeId purpose) {
    return new Certificates(subject, address, from, until, purpose);
  }

  Holder selfSigned() throws Exception {
    return selfSigned(newKeys());
  }

  Holder selfSigned(KeyPair keys) throws Exception {
    return new Holder(keys, List.of(certify(keys, keys, subject, false)));
  }

  Holder authority() throws Exception {
    KeyPair keys = newKeys();
    return new Holder(keys, List.of(certify(keys, keys, subject, true)));
  }

  /** By an issuer that may or may not be an authority; its chain comes along, up to its root. */
  Holder issuedBy(Holder issuer, boolean authority) throws Exception {
    KeyPair keys = newKeys();
    String issuersName = issuer.certificate().getSubjectX500Principal().getName().substring(3);
    X509Certificate own = certify(keys, issuer.keys(), issuersName, authority);
    boolean root = PeerIdentity.isSelfSigned(issuer.certificate());
    return new Holder(keys, root ? List.of(own) : List.of(own, issuer.certificate()));
  }

  private X509Certificate certify(
      KeyPair keys, KeyPair issuer, String issuerName, boolean authority) throws Exception {
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Principal("CN=" + issuerName),
            new BigInteger(64, new SecureRandom()).setBit(63),
            Date.from(from),
            Date.from(until),
            new X500Principal("CN=" + subject),
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (!authority) {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.iPAddress, address)));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
  }

  static KeyPair newKeys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }
}
