package dev.sealift.cli.guest;

import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.GuestView;
import picocli.CommandLine.Command;

/** {@code sealift guest resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Lets a guest run on, or for the first time.",
    footer = {"", "Example:  sealift guest resume web"})
final class GuestResumeCommand extends NamedGuestCommand {
  @Override
  Order order(String guest) {
    return new Order.GuestResume(guest);
  }

  @Override
  String words(GuestView guest) {
    return "%s runs.%n".formatted(guest.name());
  }
}
