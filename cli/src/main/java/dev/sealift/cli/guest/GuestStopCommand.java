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

/** {@code sealift guest stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = "Ends a guest: it is gone, with all it held.",
    footer = {"", "Example:  sealift guest stop web"})
final class GuestStopCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "Which guest.")
  private String name = "";

  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure {
    try (ControlClient control = host.connect()) {
      GuestView guest = control.ask(new Order.GuestStop(name), GuestView.class);
      output.print(guest, "%s is ended, and gone.%n".formatted(guest.name()));
      return ExitCode.OK;
    }
  }
}
