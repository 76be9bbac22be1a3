package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.file.Path;

/** A file with one SEV certificate, as the caller named it. */
final class CertificateFile {

  private CertificateFile() {}

  /**
   * The certificate in a file.
   *
   * @throws BadInput if it is not one for this usage
   */
  static SevCertificate read(Path file, Usage usage) throws BadInput {
    String what = "a certificate of the " + usage;
    SevCertificate certificate;
    try {
      certificate = SevCertificate.parse(InputFile.readExactly(file, what, SevCertificate.SIZE));
    } catch (MalformedCertificateException e) {
      throw new BadInput("%s does not hold %s: %s.".formatted(file, what, e.getMessage()), e);
    }
    if (certificate.version() != 1 || certificate.usage() != usage.value()) {
      throw new BadInput(
          certificate.version() == 1 && Usage.of(certificate.usage()) != null
              ? "%s holds a certificate of the %s, and one of the %s is wanted."
                  .formatted(file, Usage.describe(certificate.usage()), usage)
              : "%s does not hold %s, nor of any other key of SEV.".formatted(file, what));
    }
    return certificate;
  }
}
