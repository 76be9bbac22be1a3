package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift cert show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Says what certificate files hold, field by field.",
      "",
      "Nothing is verified: what a certificate says of itself is shown. See sealift cert verify."
    },
    footer = {"", "Example:  sealift cert show platform.chain"})
final class ShowCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files with certificates.")
  private List<Path> files = List.of();

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    List<ShowReport.Shown> shown = new ArrayList<>();
    for (Path file : files) {
      shown.add(ShowReport.shown(file, CertificateBag.readFile(file)));
    }
    ShowReport report = new ShowReport(shown);
    output.print(report, report.page());
    return ExitCode.OK;
  }
}
