package dev.sealift.cli.guest;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.HostOption;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.control.Proof;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift guest prove}. */
@Command(
    name = "prove",
    mixinStandardHelpOptions = true,
    description = {
      "Compares every page of a guest with what its program must have left there: the guest shows"
          + " its memory itself, and goes on afterwards. For the workload writer."
    },
    footer = {"", "Example:  sealift guest prove web"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:every page is as it must be", "1:one is not", "2:bad input"})
final class GuestProveCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "Which guest.")
  private String name = "";

  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure {
    try (ControlClient control = host.connect()) {
      Proof proof = control.ask(new Order.GuestProve(name), Proof.class);
      output.print(proof, words(proof));
      return proof.mismatches() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private static String words(Proof proof) {
    return proof.mismatches() == 0
        ? "%s is whole: all %d pages hold what its program left there after %d steps.%n"
            .formatted(proof.guest(), proof.pagesCompared(), proof.steps())
        : "%s is NOT whole: %d of %d pages do not hold what they must, the first is page %d.%n"
            .formatted(
                proof.guest(), proof.mismatches(), proof.pagesCompared(), proof.firstMismatch());
  }
}
