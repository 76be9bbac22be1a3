package dev.sealift.cli;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateFile;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A root key that the caller believes in: in a file that may hold other certificates, too, or in
 * the directory of a model root, whose private key is not asked for.
 */
public final class RootFile {

  private RootFile() {}

  /** Reads the one ARK in a file, or in a model root's directory. */
  public static RootOfTrust read(Path named) throws BadInput {
    Path file = Files.isDirectory(named) ? named.resolve(ModelRoot.CERTIFICATES_FILE) : named;
    byte[] bytes = InputFile.read(file, "a root key (an ARK)", CertificateFile.MOST_BYTES);
    List<Certificate> arks;
    try {
      arks =
          CertificateFile.parse(bytes).certificates().stream()
              .filter(certificate -> certificate.usage() == Usage.ARK.value())
              .toList();
    } catch (MalformedCertificateException malformed) {
      throw new BadInput(
          "%s holds no root key: %s.".formatted(file, malformed.getMessage()), malformed);
    }
    if (arks.size() == 1 && arks.getFirst() instanceof AmdCertificate ark) {
      String name =
          ModelRoot.isNamedLike(ark)
              ? "the model root in %s, not AMD's".formatted(file)
              : "the root in " + file;
      return RootOfTrust.of(name, ark);
    }
    throw new BadInput(
        "%s holds %s; name a file with one root key, alone or with its ASK."
            .formatted(
                file, arks.isEmpty() ? "no ARK certificate" : arks.size() + " ARK certificates"));
  }
}
