package dev.sealift.cli.guest;

import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.GuestView;
import picocli.CommandLine.Command;

/** {@code sealift guest stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = "Ends a guest: it is gone, with all it held.",
    footer = {"", "Example:  sealift guest stop web"})
final class GuestStopCommand extends NamedGuestCommand {
  @Override
  Order order(String guest) {
    return new Order.GuestStop(guest);
  }

  @Override
  String words(GuestView guest) {
    return "%s is ended, and gone.%n".formatted(guest.name());
  }
}
