package dev.sealift.cli.cert;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import org.jspecify.annotations.Nullable;

/** What certificates are called, for people. */
public final class CertificateWords {

  private CertificateWords() {}

  /** {@code PEK, platform endorsement key}. */
  public static String title(int usage) {
    String name = Usage.describe(usage);
    return switch (Usage.of(usage)) {
      case ARK -> name + ", root key";
      case ASK -> name + ", SEV signing key";
      case OCA -> name + ", the owner's certificate authority";
      case PEK -> name + ", platform endorsement key";
      case PDH -> name + ", platform Diffie-Hellman key";
      case CEK -> name + ", chip endorsement key";
      case NONE -> name;
      case null -> name;
    };
  }

  /**
   * Key and use as sevctl abbreviates them: {@code EP384 E256} is a P-384 key for ECDSA_SHA256,
   * D256 stands for ECDH_SHA256, {@code R4096 R384} for an RSA key of 4096 bits with SHA-384.
   */
  static String abbreviation(Certificate certificate) {
    return switch (certificate) {
      case AmdCertificate amd ->
          "R%d R%d".formatted(amd.modulusBits(), amd.modulusBits() == 2048 ? 256 : 384);
      case SevCertificate sev -> "EP384 " + use(sev.algorithm());
    };
  }

  private static String use(int algorithm) {
    return switch (Algorithm.of(algorithm)) {
      case ECDSA_SHA256 -> "E256";
      case ECDSA_SHA384 -> "E384";
      case ECDH_SHA256 -> "D256";
      case ECDH_SHA384 -> "D384";
      case RSA_SHA256 -> "R256";
      case RSA_SHA384 -> "R384";
      case NONE -> "none";
      case null -> "?";
    };
  }

  /** Whose an ARK or ASK is, as far as it can be told without verifying it. */
  static String generation(AmdCertificate certificate) {
    @Nullable Generation pinned = Generation.of(certificate).orElse(null);
    if (pinned != null) {
      return pinned + ": it is AMD's pinned root";
    }
    if (ModelRoot.isNamedLike(certificate)) {
      return "none: a model, not AMD's";
    }
    boolean root = certificate.usage() == Usage.ARK.value();
    return Generation.named(certificate)
        .map(named ->
            root
                ? "none: it has the key id of AMD's root for %s, and is another".formatted(named)
                : named + ", by its key id")
        .orElse("none of AMD's");
  }
}
