package dev.sealift.cli.bench.qemu;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificates of two QEMUs that trust each other by one authority, all P-256 and valid for a
 * day, in files under the names that QEMU looks for.
 */
final class QemuCertificates {
  private static final X500Principal AUTHORITY = new X500Principal("CN=sealift bench authority");

  private static final int CURVE_BITS = 256;

  private final SecureRandom random = new SecureRandom();
  private final KeyPair authority;
  private final X509Certificate authorityCertificate;

  private QemuCertificates() throws GeneralSecurityException {
    authority = keyPair();
    authorityCertificate = certificate(AUTHORITY, authority, true);
  }

  /**
   * Writes them.
   *
   * @param directory gets ca-cert.pem, and a certificate and key each for server and client
   */
  static void write(Path directory) throws IOException, GeneralSecurityException {
    QemuCertificates certificates = new QemuCertificates();
    pem(
        directory.resolve("ca-cert.pem"),
        "CERTIFICATE",
        certificates.authorityCertificate.getEncoded());
    for (String side : new String[] {"server", "client"}) {
      KeyPair keys = certificates.keyPair();
      X500Principal name = new X500Principal("CN=sealift bench " + side);
      pem(
          directory.resolve(side + "-cert.pem"),
          "CERTIFICATE",
          certificates.certificate(name, keys, false).getEncoded());
      pem(directory.resolve(side + "-key.pem"), "EC PRIVATE KEY", encode(keys));
    }
  }

  /** With the public key inside, which QEMU's TLS wants and Java leaves out (RFC 5915). */
  private static byte[] encode(KeyPair keys) throws IOException {
    var point = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()).getPublicKeyData();
    BigInteger secret = ((ECPrivateKey) keys.getPrivate()).getS();
    return new org.bouncycastle.asn1.sec.ECPrivateKey(
            CURVE_BITS, secret, point, SECObjectIdentifiers.secp256r1)
        .getEncoded();
  }

  private KeyPair keyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private X509Certificate certificate(X500Principal subject, KeyPair keys, boolean isAuthority)
      throws GeneralSecurityException {
    Instant now = Instant.now();
    var builder =
        new JcaX509v3CertificateBuilder(
            AUTHORITY,
            new BigInteger(64, random).setBit(63),
            Date.from(now.minus(Duration.ofMinutes(5))),
            Date.from(now.plus(Duration.ofDays(1))),
            subject,
            keys.getPublic());
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
      if (isAuthority) {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      } else {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                new GeneralName[] {
                  new GeneralName(GeneralName.dNSName, "localhost"),
                  new GeneralName(
                      GeneralName.iPAddress, InetAddress.ofLiteral("127.0.0.1").getHostAddress())
                }));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
    } catch (CertIOException | OperatorCreationException e) {
      throw new GeneralSecurityException("the certificates for QEMU could not be signed", e);
    }
  }

  private static void pem(Path file, String what, byte[] der) throws IOException {
    String text =
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + what
            + "-----\n";
    Files.writeString(file, text);
  }
}
