package dev.sealift.cli.host;

import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.fleet.PlatformRecord;
import dev.sealift.vmm.PlatformStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A platform as a fleet is told of it. */
final class PlatformRecords {
  private PlatformRecords() {}

  /**
   * A software platform.
   *
   * @param root that its chain leads to
   */
  static PlatformRecord of(PlatformStatus status, PlatformChain chain, RootOfTrust root) {
    return new PlatformRecord(
        "model",
        status.apiMajor(),
        status.apiMinor(),
        status.build(),
        HexFormat.of().formatHex(root.arkHash()),
        fingerprint(chain.oca()),
        fingerprint(chain.cek()),
        fingerprint(chain),
        status.es());
  }

  private static String fingerprint(SevCertificate certificate) {
    try {
      return certificate.keyFingerprint();
    } catch (MalformedCertificateException unusable) {
      return "";
    }
  }

  private static String fingerprint(PlatformChain chain) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(chain.pdh().bytes());
      digest.update(chain.platformCertificates());
      digest.update(chain.amdCertificates());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
