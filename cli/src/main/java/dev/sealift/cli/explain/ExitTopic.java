package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import java.util.List;
import java.util.OptionalLong;

/** An exit code of this command. */
final class ExitTopic implements Topic {
  private static final int OF_SIGNALS = 128;
  private static final int LAST_SIGNAL = 64;
  private static final int LAST = 255;

  @Override
  public String word() {
    return "exit";
  }

  @Override
  public String what() {
    return "an exit code of sealift";
  }

  @Override
  public Fit fit(Thing thing) {
    OptionalLong number = thing.number();
    return number.isPresent() && number.getAsLong() <= 2 ? Fit.MAYBE : Fit.NO;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    OptionalLong number = thing.number();
    if (number.isEmpty() || number.getAsLong() > LAST) {
      throw new BadInput(thing.subject() + " is no exit code: these are 0 to " + LAST + ".");
    }
    int code = (int) number.getAsLong();
    AnswerTable.Row row = AnswerTable.load().find(word(), Integer.toString(code));
    if (row == null) {
      row =
          new AnswerTable.Row(
              "sealift has none of this number but where a program's own is passed on.",
              code > OF_SIGNALS && code <= OF_SIGNALS + LAST_SIGNAL
                  ? "Signal %d has ended it.".formatted(code - OF_SIGNALS)
                  : "sealift run and sealift trace end with the exit code of the program they ran.",
              List.of(),
              "Look at what the program says.");
    }
    return new AnswerExplanation(
        word(),
        "%d: %s".formatted(code, what()),
        null,
        code,
        row.means(),
        row.cause(),
        List.of(),
        null,
        List.of(),
        row.next(),
        List.of());
  }
}
