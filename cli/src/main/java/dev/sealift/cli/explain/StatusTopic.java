package dev.sealift.cli.explain;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.explain.AnswerExplanation.Legal;
import dev.sealift.cli.explain.AnswerExplanation.Reason;
import dev.sealift.firmware.CheckRow;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A status of the Secure Processor, by name or number. */
final class StatusTopic implements Topic {

  @Override
  public String word() {
    return "status";
  }

  @Override
  public String what() {
    return "a status of the Secure Processor";
  }

  @Override
  public Fit fit(Thing thing) {
    FirmwareStatus status = find(thing);
    if (status == null) {
      return Fit.NO;
    }
    return thing.number().isPresent() ? Fit.MAYBE : Fit.SURE;
  }

  private static @Nullable FirmwareStatus find(Thing thing) {
    OptionalLong number = thing.number();
    if (number.isPresent()) {
      return number.getAsLong() > 0xFFFF ? null : FirmwareStatus.of((int) number.getAsLong());
    }
    for (FirmwareStatus status : FirmwareStatus.values()) {
      if (status.name().equals(thing.name())) {
        return status;
      }
    }
    return null;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    FirmwareStatus status = find(thing);
    if (status == null) {
      throw new BadInput(
          "%s is no status of the Secure Processor: these are 0x00 to 0x27, or names such as"
                  .formatted(thing.subject())
              + " INVALID_LEN.");
    }
    AnswerTable.Row row = AnswerTable.load().find(word(), status.name());
    KnownCommand command = context.command();
    return new AnswerExplanation(
        word(),
        "%s (%d, 0x%02X): %s".formatted(status, status.code(), status.code(), what()),
        status.name(),
        status.code(),
        sentence(status.meaning()),
        row == null ? null : row.cause(),
        reasons(status, command),
        command == null || command.rows().isEmpty()
            ? null
            : LegalCommands.served(command.rows().getFirst()),
        legal(status, command),
        row == null ? null : row.next(),
        command == null || command.rows().isEmpty()
            ? List.of()
            : List.of("sealift reference " + command.rows().getFirst().command().name()));
  }

  /** A part of a sentence as one of its own. */
  static String sentence(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
  }

  private static List<Reason> reasons(FirmwareStatus status, @Nullable KnownCommand command) {
    List<CommandRow> rows = command == null ? FirmwareInterface.load().commands() : command.rows();
    List<Reason> reasons = new ArrayList<>();
    for (CommandRow row : rows) {
      List<String> faults =
          row.checks().stream()
              .filter(check -> check.status() == status)
              .map(StatusTopic::words)
              .toList();
      if (!faults.isEmpty()) {
        reasons.add(new Reason(row.command().name(), faults));
      }
    }
    if (reasons.isEmpty() && command != null && status != FirmwareStatus.SUCCESS) {
      reasons.add(
          new Reason(
              command.name(),
              List.of("no check in its table answers so; it comes from elsewhere")));
    }
    return reasons;
  }

  private static String words(CheckRow check) {
    String only = check.only().isEmpty() ? "" : " [" + check.only() + "]";
    String written = check.writtenBack().isEmpty() ? "" : " (then " + check.writtenBack() + ")";
    return check.words() + only + written;
  }

  private static List<Legal> legal(FirmwareStatus status, @Nullable KnownCommand command) {
    return switch (status) {
      case INVALID_GUEST_STATE, INVALID_GUEST, ACTIVE, INACTIVE ->
          command == null || command.rows().isEmpty()
              ? LegalCommands.ofGuests()
              : LegalCommands.otherThan(command.rows().getFirst());
      case INVALID_PLATFORM_STATE -> LegalCommands.ofPlatforms();
      default -> List.of();
    };
  }
}
