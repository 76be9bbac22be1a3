package dev.sealift.testkit;

import dev.sealift.migration.access.HostCredentials;
import dev.sealift.migration.access.KeyFingerprint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * A host's TLS key and its own certificate over it, for 127.0.0.1 and localhost, valid for a day.
 * Written here in DER, as the JDK reads certificates but makes none. Source: RFC 5280, section 4.1.
 *
 * @param credentials both
 * @param fingerprint the key's
 */
record HostCertificate(HostCredentials credentials, KeyFingerprint fingerprint) {
  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int VERSION = 0xA0;
  private static final int EXTENSIONS = 0xA3;
  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;

  /** SEQUENCE of ecdsa-with-SHA256. */
  private static final byte[] ECDSA_WITH_SHA256 =
      HexFormat.of().parseHex("300a06082a8648ce3d040302");

  /** The object identifier of subjectAltName. */
  private static final byte[] SUBJECT_ALT_NAME = HexFormat.of().parseHex("0603551d11");

  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  static HostCertificate make(String name, SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    KeyPair keys = generator.generateKeyPair();
    byte[] serial = new byte[8];
    random.nextBytes(serial);
    serial[0] = 1; // positive, and no leading zero
    byte[] subject = new X500Principal("CN=" + name).getEncoded();
    Instant now = Instant.now();
    byte[] toBeSigned =
        der(
            SEQUENCE,
            der(VERSION, der(INTEGER, new byte[] {2})),
            der(INTEGER, serial),
            ECDSA_WITH_SHA256,
            subject,
            der(SEQUENCE, time(now.minus(Duration.ofHours(1))), time(now.plus(Duration.ofDays(1)))),
            subject,
            keys.getPublic().getEncoded(),
            der(EXTENSIONS, der(SEQUENCE, names())));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate(), random);
    signature.update(toBeSigned);
    byte[] encoded =
        der(
            SEQUENCE,
            toBeSigned,
            ECDSA_WITH_SHA256,
            der(BIT_STRING, new byte[] {0}, signature.sign()));
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(encoded));
    return new HostCertificate(
        new HostCredentials(keys.getPrivate(), List.of(certificate)),
        KeyFingerprint.of(keys.getPublic()));
  }

  private static byte[] names() {
    byte[] both =
        der(
            SEQUENCE,
            der(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)),
            der(IP_ADDRESS, LOOPBACK));
    return der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, both));
  }

  private static byte[] time(Instant instant) {
    return der(GENERALIZED_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  /** Tag, length and content: up to 65535 bytes. */
  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length > 0xFF) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length > 0x7F) {
      out.write(0x81);
    }
    out.write(length);
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
