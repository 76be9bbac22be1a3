package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateFile;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A platform's certificates from the files that the caller named, in any order.
 *
 * @param files where they are from, for people
 * @param tree each in its place
 */
record PlatformCertificates(String files, CertificateTree tree) {

  static PlatformCertificates read(List<Path> files) throws BadInput {
    List<Certificate> certificates = new ArrayList<>();
    for (Path file : files) {
      byte[] bytes = InputFile.read(file, "SEV certificates", CertificateFile.MOST_BYTES);
      try {
        certificates.addAll(CertificateFile.parse(bytes).certificates());
      } catch (MalformedCertificateException e) {
        throw new BadInput(
            "%s is no file of SEV certificates: %s.".formatted(file, e.getMessage()), e);
      }
    }
    return new PlatformCertificates(
        files.stream().map(Path::toString).collect(Collectors.joining(", ")),
        CertificateTree.of(certificates));
  }

  /** The platform's one certificate of a kind. */
  SevCertificate only(SevCertificate.Usage usage) throws BadInput {
    List<Certificate> found = tree.candidates(usage);
    if (found.size() == 1 && found.getFirst() instanceof SevCertificate certificate) {
      return certificate;
    }
    throw new BadInput(
        found.isEmpty()
            ? "%s: there is no %s certificate.".formatted(files, usage)
            : "%s: there are %d %s certificates, and one is needed."
                .formatted(files, found.size(), usage));
  }
}
