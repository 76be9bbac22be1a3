package dev.sealift.crypto.cert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;

/** Real certificates, which lie beside the project and are not part of it. */
final class Fixtures {

  private Fixtures() {}

  /** A fixture's bytes; where fixtures are absent the test is skipped. */
  static byte[] bytes(String name) {
    Path project = Path.of(System.getProperty("user.dir")).toAbsolutePath();
    while (project != null && !Files.exists(project.resolve("mvnw"))) {
      project = project.getParent();
    }
    Path file =
        project == null
            ? Path.of(name)
            : project.resolveSibling("shared").resolve("fixtures").resolve(name);
    Assumptions.assumeTrue(Files.isReadable(file), "the real certificate " + file + " is absent");
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static AmdCertificate ark(Generation generation) throws MalformedCertificateException {
    return AmdCertificate.parse(amd(generation, "ark"));
  }

  static AmdCertificate ask(Generation generation) throws MalformedCertificateException {
    return AmdCertificate.parse(amd(generation, "ask"));
  }

  static SevCertificate naples(String name) throws MalformedCertificateException {
    return SevCertificate.parse(bytes("naples/" + name + ".cert"));
  }

  /** All six certificates of the real Naples platform. */
  static List<Certificate> naplesChain() throws MalformedCertificateException {
    return List.of(
        naples("pdh"),
        naples("pek"),
        naples("oca"),
        naples("cek"),
        ask(Generation.NAPLES),
        ark(Generation.NAPLES));
  }

  private static byte[] amd(Generation generation, String name) {
    return bytes("amd-roots/" + generation.name().toLowerCase(Locale.ROOT) + "_" + name + ".cert");
  }
}
