package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Lines;
import dev.sealift.cli.OutputOptions;
import dev.sealift.migration.access.KeyFingerprint;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Callable;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift identity show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description =
        "Says whose a certificate is, by which names and which key its host is known, and how long"
            + " it is valid; or what a request asks for.",
    footer = {"", "Example:  sealift identity show host.crt"})
final class ShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A certificate or a request, in PEM.")
  private Path file = Path.of("host.crt");

  @Mixin private OutputOptions output = new OutputOptions();

  /**
   * What a request asks for.
   *
   * @param file where it is
   * @param subject who asks
   * @param names for which names
   * @param key the fingerprint of the key to be certified
   */
  record RequestReport(String file, String subject, List<String> names, String key) {
    String words() {
      return new Lines(10)
          .sentence(file + ", a request")
          .line("  who", subject)
          .line("  names", String.join(", ", names))
          .line("  key", key)
          .toString();
    }
  }

  @Override
  public Integer call() throws BadInput {
    boolean request =
        IdentityFiles.parts(file, "a certificate or a request in PEM").stream()
            .anyMatch(part -> part.label().endsWith(IdentityFiles.REQUEST));
    if (request) {
      RequestReport report = request();
      output.print(report, report.words());
    } else {
      X509Certificate certificate = IdentityFiles.certificates(file).getFirst();
      IdentityReport report = IdentityReport.of(file.toString(), certificate);
      output.print(report, report.words());
    }
    return ExitCode.OK;
  }

  private RequestReport request() throws BadInput {
    PKCS10CertificationRequest request = IdentityFiles.request(file);
    return new RequestReport(
        file.toString(),
        request.getSubject().toString(),
        IssueCommand.names(file, request).stream().map(HostName::text).toList(),
        KeyFingerprint.of(IdentityFiles.publicKey(file, request)).toString());
  }
}
