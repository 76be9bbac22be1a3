package dev.sealift.cli.guest;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.HostOption;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** {@code sealift guest list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the guests of a host.",
    footer = {"", "Example:  sealift guest list --state ~/.sealift/a"})
final class GuestListCommand implements Callable<Integer> {
  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  /** What {@code --json} prints. */
  record Answer(String host, boolean emulated, List<GuestView> guests) {}

  @Override
  public Integer call() throws BadInput, Failure {
    try (ControlClient control = host.connect()) {
      HostView view = control.ask(new Order.QueryHost(), HostView.class);
      output.print(
          new Answer(view.name(), view.emulated(), view.guests()),
          view.guests().isEmpty()
              ? "%s has no guests.%n".formatted(view.name())
              : GuestWords.table(view.guests()));
      return ExitCode.OK;
    }
  }
}
