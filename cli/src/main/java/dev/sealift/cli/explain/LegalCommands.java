package dev.sealift.cli.explain;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.cli.explain.AnswerExplanation.Legal;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which command is served in which state, by the interface table. */
final class LegalCommands {

  private LegalCommands() {}

  /** What every state of a guest lets it be told. */
  static List<Legal> ofGuests() {
    return Arrays.stream(GuestState.values()).map(LegalCommands::of).toList();
  }

  /** What every state of the platform lets it be told. */
  static List<Legal> ofPlatforms() {
    return Arrays.stream(PlatformState.values()).map(LegalCommands::of).toList();
  }

  static Legal of(GuestState state) {
    return new Legal(
        "guest",
        state.name(),
        names(row ->
            state == GuestState.UNINIT ? makesGuest(row) : row.guestStates().contains(state)));
  }

  /** The platform works as soon as it has a guest. */
  private static boolean makesGuest(CommandRow row) {
    return row.guestStates().isEmpty()
        && row.platformAfter().filter(PlatformState.WORKING::equals).isPresent();
  }

  static Legal of(PlatformState state) {
    return new Legal("platform", state.name(), names(row -> row.platformStates().contains(state)));
  }

  /** What is legal in the states of a guest that a command is not served in. */
  static List<Legal> otherThan(CommandRow command) {
    return command.guestStates().isEmpty()
        ? List.of()
        : Arrays.stream(GuestState.values())
            .filter(state -> !command.guestStates().contains(state))
            .map(LegalCommands::of)
            .toList();
  }

  /** Where a command is served, as a sentence. */
  static String served(CommandRow command) {
    String guests =
        command.guestStates().isEmpty()
            ? "; it asks for no guest's state"
            : " and the guest in " + anyOf(command.guestStates());
    return "%s: where the platform is in %s%s."
        .formatted(command.command(), anyOf(command.platformStates()), guests);
  }

  private static String anyOf(Collection<? extends Enum<?>> states) {
    return states.stream().sorted().map(Enum::name).collect(Collectors.joining(" or "));
  }

  private static List<String> names(Predicate<CommandRow> served) {
    return FirmwareInterface.load().commands().stream()
        .filter(served)
        .<String>map(row -> row.command().name())
        .toList();
  }
}
