package dev.sealift.crypto.examples;

import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.SevCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** Makes an owner of platforms, and signs a platform's PEK request with its key. */
final class MakeAnOwnerExample {

  private MakeAnOwnerExample() {}

  /**
   * Leaves what PEK_CERT_IMPORT takes: {@code oca.cert} and {@code pek.cert}.
   *
   * @param request what PEK_CSR gave
   */
  static OwnerAuthority takeOwnership(Path request, Path directory)
      throws IOException, MalformedCertificateException {
    OwnerAuthority owner = OwnerAuthority.create(new SecureRandom());
    SevCertificate pek = owner.sign(SevCertificate.parse(Files.readAllBytes(request)));
    Files.write(directory.resolve("oca.cert"), owner.certificate().bytes());
    Files.write(directory.resolve("pek.cert"), pek.bytes());
    return owner;
  }
}
