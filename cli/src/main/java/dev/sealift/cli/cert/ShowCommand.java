package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code sealift cert show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Says what certificate files hold, field by field.",
      "",
      "Nothing is verified: what a certificate says of itself is shown. See sealift cert verify."
    })
final class ShowCommand extends CertSubcommand {
  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files with certificates.")
  private List<Path> files = List.of();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws BadInput {
    List<ShowReport.Shown> shown = new ArrayList<>();
    for (Path file : files) {
      shown.add(ShowReport.shown(file, CertificateBag.readFile(file)));
    }
    ShowReport report = new ShowReport(shown);
    if (json) {
      printLine(JsonMapper.shared().writeValueAsString(report));
    } else {
      print(report.page());
    }
    return ExitCode.OK;
  }
}
