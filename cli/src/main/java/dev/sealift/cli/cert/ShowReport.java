package dev.sealift.cli.cert;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateFile;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * What files hold: the object that {@code --json} prints.
 *
 * @param files in the caller's order
 */
record ShowReport(List<Shown> files) {

  /**
   * A file.
   *
   * @param form what it is for
   * @param bytes how long it is
   */
  record Shown(String file, String form, int bytes, List<Row> certificates) {}

  /** A certificate in it. */
  sealed interface Row {
    /** PDH, PEK, OCA, CEK, ASK or ARK. */
    String usage();

    /** Of its first byte in the file. */
    int offset();
  }

  /**
   * One of a platform or its owner.
   *
   * @param api of the firmware that made it
   * @param algorithm what its key is for
   * @param fingerprint of the key
   * @param signatures what the two slots say
   */
  record Platforms(
      String usage,
      int offset,
      String version,
      String api,
      String algorithm,
      String fingerprint,
      List<String> signatures)
      implements Row {}

  /**
   * One of AMD.
   *
   * @param keyId in hexadecimal, or in the words that it spells
   * @param certifyingId of the key that signed, in the same way
   * @param keyBits of its RSA key
   * @param generation whose it is
   * @param hash of its signed bytes
   */
  record Amds(
      String usage,
      int offset,
      String version,
      String keyId,
      String certifyingId,
      int keyBits,
      String generation,
      String hash)
      implements Row {}

  static Shown shown(Path file, CertificateFile content) {
    CertificateFile.Part last = content.parts().getLast();
    return new Shown(
        file.toString(),
        content.form().toString(),
        last.offset() + last.certificate().bytes().length,
        content.parts().stream().map(part -> row(part.offset(), part.certificate())).toList());
  }

  private static Row row(int offset, Certificate certificate) {
    String usage = Usage.describe(certificate.usage());
    String version = Integer.toUnsignedString(certificate.version());
    return switch (certificate) {
      case SevCertificate sev ->
          new Platforms(
              usage,
              offset,
              version,
              sev.apiMajor() + "." + sev.apiMinor(),
              Algorithm.describe(sev.algorithm()),
              fingerprint(sev),
              List.of(sev.slot(0).toString(), sev.slot(1).toString()));
      case AmdCertificate amd ->
          new Amds(
              usage,
              offset,
              version,
              amd.keyName(),
              amd.certifyingKeyName(),
              amd.modulusBits(),
              CertificateWords.generation(amd),
              HexFormat.of().formatHex(RootOfTrust.of(amd).arkHash()));
    };
  }

  private static String fingerprint(SevCertificate certificate) {
    try {
      return certificate.keyFingerprint();
    } catch (MalformedCertificateException unusable) {
      return "none: " + unusable.getMessage();
    }
  }

  /** In words. */
  String page() {
    StringBuilder page = new StringBuilder();
    for (Shown file : files) {
      page.append("%s: %s, %d bytes%n".formatted(file.file(), file.form(), file.bytes()));
      for (Row row : file.certificates()) {
        page.append(
            "  %s%s%n"
                .formatted(
                    CertificateWords.title(Usage.valueOf(row.usage()).value()),
                    file.certificates().size() == 1 ? "" : ", at byte " + row.offset()));
        switch (row) {
          case Platforms sev -> platforms(page, sev);
          case Amds amd -> amds(page, amd);
        }
      }
    }
    return page.toString();
  }

  private static void platforms(StringBuilder page, Platforms row) {
    line(
        page,
        "version",
        row.version()
            + (row.api().equals("0.0")
                ? ", made by no firmware"
                : ", made by firmware of API " + row.api()));
    line(page, "key", "P-384, for " + row.algorithm());
    line(page, "fingerprint", row.fingerprint());
    if (row.signatures().stream().allMatch("empty"::equals)) {
      line(page, "signatures", unsigned(row.usage()));
    } else {
      line(page, "signature 1", row.signatures().get(0));
      line(page, "signature 2", row.signatures().get(1));
    }
  }

  private static String unsigned(String usage) {
    return switch (usage) {
      case "PEK" -> "none: a request for its owner to sign (CSR)";
      case "CEK" -> "none: as the firmware exports it; AMD's key server has the signed one";
      default -> "none";
    };
  }

  private static void amds(StringBuilder page, Amds row) {
    line(page, "version", row.version());
    line(page, "key", "RSA of " + row.keyBits() + " bits");
    line(page, "key id", row.keyId());
    line(page, "signed by", row.certifyingId());
    line(page, "generation", row.generation());
    line(page, row.keyBits() == 2048 ? "SHA-256" : "SHA-384", row.hash() + " of the signed bytes");
  }

  private static void line(StringBuilder page, String name, String value) {
    page.append("    %-12s %s%n".formatted(name, value));
  }
}
