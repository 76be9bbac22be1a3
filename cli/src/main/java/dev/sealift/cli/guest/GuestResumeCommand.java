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

/** {@code sealift guest resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Lets a guest run on, or for the first time.",
    footer = {"", "Example:  sealift guest resume web"})
final class GuestResumeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "Which guest.")
  private String name = "";

  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure {
    try (ControlClient control = host.connect()) {
      GuestView guest = control.ask(new Order.GuestResume(name), GuestView.class);
      output.print(guest, "%s runs.%n".formatted(guest.name()));
      return ExitCode.OK;
    }
  }
}
