package dev.sealift.cli.explain;

import dev.sealift.abi.Errno;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.explain.AnswerExplanation.Reason;
import dev.sealift.firmware.CheckRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An errno of Linux, by name or number, in the context of a command. */
final class ErrnoTopic implements Topic {
  private static final int LAST = 4095;

  /** Every errno that has a name here. */
  static final List<Errno> NAMED =
      IntStream.rangeClosed(1, LAST)
          .mapToObj(Errno::new)
          .filter(errno -> !errno.name().startsWith("errno"))
          .toList();

  @Override
  public String word() {
    return "errno";
  }

  @Override
  public String what() {
    return "an errno of Linux";
  }

  @Override
  public Fit fit(Thing thing) {
    return find(thing)
        .map(errno ->
            thing.number().isEmpty() ? Fit.SURE : NAMED.contains(errno) ? Fit.MAYBE : Fit.NO)
        .orElse(Fit.NO);
  }

  private static Optional<Errno> find(Thing thing) {
    OptionalLong number = thing.number();
    if (number.isPresent()) {
      return Optional.of(number.getAsLong())
          .filter(n -> n >= 1 && n <= LAST)
          .map(n -> new Errno(n.intValue()));
    }
    return NAMED.stream().filter(errno -> errno.name().equals(thing.name())).findFirst();
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    Errno errno =
        find(thing)
            .orElseThrow(() ->
                new BadInput(
                    "%s is no errno: these are names such as EIO, or numbers from 1 to %d."
                        .formatted(thing.subject(), LAST)));
    AnswerTable.Row row = AnswerTable.load().find(word(), errno.name());
    KnownCommand command = context.command();
    return new AnswerExplanation(
        word(),
        "%s (%d, 0x%02X): %s".formatted(errno, errno.number(), errno.number(), what()),
        errno.name(),
        errno.number(),
        errno.meaning() + ".",
        row == null ? "The commands of SEV do not answer so; errno(3) says more." : row.cause(),
        row == null ? List.of() : reasons(errno, row, command),
        null,
        List.of(),
        row == null ? "Look at the kernel's log." : row.next(),
        command == null || command.rows().isEmpty()
            ? List.of()
            : List.of("sealift reference " + command.rows().getFirst().command().name()));
  }

  private static List<Reason> reasons(
      Errno errno, AnswerTable.Row row, @Nullable KnownCommand command) {
    List<Reason> reasons = new ArrayList<>();
    if (command == null) {
      row.reasons()
          .forEach(reason ->
              reasons.add(
                  new Reason(
                      String.join(", ", reason.commands().stream().sorted().toList()),
                      List.of(reason.words()))));
      return reasons;
    }
    List<String> own = row.of(command.name());
    if (!own.isEmpty()) {
      reasons.add(new Reason(command.name(), own));
    }
    if (errno.equals(Errno.EIO)) {
      command
          .rows()
          .forEach(asked ->
              reasons.add(
                  new Reason(
                      asked.command().name(),
                      asked.checks().stream()
                          .map(CheckRow::status)
                          .distinct()
                          .map(status -> "%s (0x%02X)".formatted(status, status.code()))
                          .toList())));
    }
    return reasons.stream().filter(reason -> !reason.faults().isEmpty()).toList();
  }
}
