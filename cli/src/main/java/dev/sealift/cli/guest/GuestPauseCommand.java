package dev.sealift.cli.guest;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.HostOption;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.GuestView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift guest pause}. */
@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    description = "Makes a guest stand still.",
    footer = {"", "Example:  sealift guest pause web"})
final class GuestPauseCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "Which guest.")
  private String name = "";

  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure {
    try (ControlClient control = host.connect()) {
      GuestView guest = control.ask(new Order.GuestPause(name), GuestView.class);
      output.print(guest, "%s stands still.%n".formatted(guest.name()));
      return ExitCode.OK;
    }
  }
}
