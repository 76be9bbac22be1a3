package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift cert import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Takes chain files apart: each certificate goes into a file of its own, named after its kind"
          + " (pdh.cert, pek.cert, oca.cert, cek.cert, ask.cert, ark.cert).",
      "",
      "Nothing is verified. See sealift cert verify."
    },
    footer = {"", "Example:  sealift cert import chain.cert --directory platform"})
final class ImportCommand extends CertSubcommand {
  private static final List<Usage> ORDER =
      List.of(Usage.PDH, Usage.PEK, Usage.OCA, Usage.CEK, Usage.ASK, Usage.ARK);

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files with certificates of one platform.")
  private List<Path> files = List.of();

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      required = true,
      description = "Where the files go.")
  private Path directory = Path.of(".");

  @Override
  public Integer call() throws BadInput {
    CertificateTree tree = CertificateBag.read(files).tree();
    Map<String, byte[]> contents = new LinkedHashMap<>();
    StringBuilder words = new StringBuilder();
    for (Usage usage : ORDER) {
      if (!tree.candidates(usage).isEmpty()) {
        Certificate certificate = CertificateBag.only(tree, usage, "The files hold");
        String name = usage.name().toLowerCase(Locale.ROOT) + ".cert";
        contents.put(name, certificate.bytes());
        words.append(
            "%s: %s, key %s%n".formatted(directory.resolve(name), usage, certificate.keyName()));
      }
    }
    NewFiles.write(directory, contents);
    print(words.toString());
    return ExitCode.OK;
  }
}
