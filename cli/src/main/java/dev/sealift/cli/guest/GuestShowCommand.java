package dev.sealift.cli.guest;

import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.GuestView;
import picocli.CommandLine.Command;

/** {@code sealift guest show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows all there is to know of a guest; the firmware is asked.",
    footer = {"", "Example:  sealift guest show web"})
final class GuestShowCommand extends NamedGuestCommand {
  @Override
  Order order(String guest) {
    return new Order.GuestShow(guest);
  }

  @Override
  String words(GuestView guest) {
    return GuestWords.page(guest);
  }
}
