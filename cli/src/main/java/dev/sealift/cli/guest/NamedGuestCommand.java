package dev.sealift.cli.guest;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.HostOption;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.GuestView;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that asks a host one thing of one guest, and is answered with the guest. */
abstract class NamedGuestCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "Which guest.")
  private String name = "";

  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  /** What the host is asked. */
  abstract Order order(String guest);

  /** The answer in words. */
  abstract String words(GuestView guest);

  @Override
  public final Integer call() throws BadInput, Failure {
    try (ControlClient control = host.connect()) {
      GuestView guest = control.ask(order(name), GuestView.class);
      output.print(guest, words(guest));
      return ExitCode.OK;
    }
  }
}
