package dev.sealift.cli.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Makes keys on P-256, certificates of hosts and of authorities, and requests for certificates.
 * Sources: RFC 5280; RFC 2986.
 */
final class CertificateMaker {
  /** How much later than this host's another host's clock may be set. */
  private static final Duration SLACK = Duration.ofMinutes(5);

  private static final KeyPurposeId[] BOTH_ENDS = {
    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
  };

  private final SecureRandom random = new SecureRandom();
  private final Instant now = Instant.now();

  /** Who signs. */
  record Issuer(PrivateKey key, X509Certificate certificate) {

    /** Says whose it is and nothing of the key. */
    @Override
    public String toString() {
      return "Issuer[" + certificate.getSubjectX500Principal() + "]";
    }
  }

  /** A fresh key. */
  KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  /** A host's own certificate over its own key. */
  X509Certificate selfSigned(KeyPair keys, Collection<HostName> names, int days)
      throws GeneralSecurityException {
    X500Principal subject = subject(names.iterator().next().text());
    return signed(
        builder(subject, subject, keys.getPublic(), until(days)),
        keys.getPublic(),
        keys.getPrivate(),
        names(names));
  }

  /** The certificate of an authority. */
  X509Certificate authority(KeyPair keys, String name, int days) throws GeneralSecurityException {
    X500Principal subject = subject(name);
    JcaX509v3CertificateBuilder builder = builder(subject, subject, keys.getPublic(), until(days));
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      return sign(builder, keys.getPrivate());
    } catch (IOException e) {
      throw new GeneralSecurityException("an extension cannot be encoded", e);
    }
  }

  /**
   * A host's certificate by an authority. It ends with the authority's own at the latest.
   *
   * @param name the host's, for people
   */
  X509Certificate issued(Issuer issuer, String name, PublicKey key, GeneralNames names, int days)
      throws GeneralSecurityException {
    Instant until = until(days);
    Instant last = issuer.certificate().getNotAfter().toInstant();
    JcaX509v3CertificateBuilder builder =
        builder(
            issuer.certificate().getSubjectX500Principal(),
            subject(name),
            key,
            until.isAfter(last) ? last : until);
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils()
              .createAuthorityKeyIdentifier(issuer.certificate().getPublicKey()));
    } catch (IOException e) {
      throw new GeneralSecurityException("an extension cannot be encoded", e);
    }
    return signed(builder, key, issuer.key(), names);
  }

  /** A request for a certificate with these names, PKCS #10, DER. */
  byte[] request(KeyPair keys, Collection<HostName> names) throws GeneralSecurityException {
    try {
      var extensions = new ExtensionsGenerator();
      extensions.addExtension(Extension.subjectAlternativeName, false, names(names));
      return new JcaPKCS10CertificationRequestBuilder(
              subject(names.iterator().next().text()), keys.getPublic())
          .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
          .getEncoded();
    } catch (IOException | OperatorCreationException e) {
      throw new GeneralSecurityException("the request cannot be signed", e);
    }
  }

  private static X500Principal subject(String name) {
    return new X500Principal("CN=\"" + name.replace("\\", "").replace("\"", "") + "\"");
  }

  private static GeneralNames names(Collection<HostName> names) {
    return new GeneralNames(
        names.stream().map(HostName::inCertificate).toArray(GeneralName[]::new));
  }

  private Instant until(int days) {
    return now.plus(Duration.ofDays(days));
  }

  private JcaX509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, PublicKey key, Instant until) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(127, random).setBit(126),
        Date.from(now.minus(SLACK)),
        Date.from(until),
        subject,
        key);
  }

  private static X509Certificate signed(
      JcaX509v3CertificateBuilder builder, PublicKey key, PrivateKey signer, GeneralNames names)
      throws GeneralSecurityException {
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(BOTH_ENDS));
      builder.addExtension(Extension.subjectAlternativeName, false, names);
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
      return sign(builder, signer);
    } catch (IOException e) {
      throw new GeneralSecurityException("an extension cannot be encoded", e);
    }
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey signer)
      throws GeneralSecurityException, IOException {
    String algorithm = signer.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signer)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException("the key cannot sign with " + algorithm, e);
    }
  }
}
