package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.migration.wire.FailureCode;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a move ended, as ABORT says it on the wire. */
final class FailureTopic implements Topic {

  @Override
  public String word() {
    return "failure";
  }

  @Override
  public String what() {
    return "a failure of a move, as ABORT carries it";
  }

  @Override
  public Fit fit(Thing thing) {
    if (find(thing) == null) {
      return Fit.NO;
    }
    return thing.number().isPresent() ? Fit.MAYBE : Fit.SURE;
  }

  private static @Nullable FailureCode find(Thing thing) {
    OptionalLong number = thing.number();
    return Arrays.stream(FailureCode.values())
        .filter(code ->
            number.isPresent()
                ? code.number() == number.getAsLong()
                : code.name().equals(thing.name()))
        .findFirst()
        .orElse(null);
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    FailureCode code = find(thing);
    if (code == null) {
      throw new BadInput(
          "%s is no failure of a move: these are %s."
              .formatted(
                  thing.subject(),
                  Arrays.stream(FailureCode.values())
                      .map(known -> known.number() + " " + known)
                      .collect(Collectors.joining(", "))));
    }
    AnswerTable.Row row = AnswerTable.load().find(word(), code.name());
    if (row == null) {
      throw new IllegalStateException("nothing is told of " + code);
    }
    return new AnswerExplanation(
        word(),
        "%s (%d): %s".formatted(code, code.number(), what()),
        code.name(),
        code.number(),
        row.means(),
        row.cause(),
        List.of(),
        null,
        List.of(),
        row.next(),
        List.of());
  }
}
