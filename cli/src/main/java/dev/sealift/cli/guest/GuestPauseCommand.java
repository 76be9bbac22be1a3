package dev.sealift.cli.guest;

import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.GuestView;
import picocli.CommandLine.Command;

/** {@code sealift guest pause}. */
@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    description = "Makes a guest stand still.",
    footer = {"", "Example:  sealift guest pause web"})
final class GuestPauseCommand extends NamedGuestCommand {
  @Override
  Order order(String guest) {
    return new Order.GuestPause(guest);
  }

  @Override
  String words(GuestView guest) {
    return "%s stands still.%n".formatted(guest.name());
  }
}
