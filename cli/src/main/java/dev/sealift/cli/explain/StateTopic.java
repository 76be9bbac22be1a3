package dev.sealift.cli.explain;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.explain.AnswerExplanation.Legal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A state of a guest or of the platform, and what is legal in it. */
final class StateTopic implements Topic {

  @Override
  public String word() {
    return "state";
  }

  @Override
  public String what() {
    return "a state of a guest or of the platform";
  }

  @Override
  public Fit fit(Thing thing) {
    return thing.file() == null && !legal(thing).isEmpty() ? Fit.MAYBE : Fit.NO;
  }

  private static List<Legal> legal(Thing thing) {
    List<Legal> legal = new ArrayList<>();
    for (GuestState state : GuestState.values()) {
      if (state.name().equals(thing.name())) {
        legal.add(LegalCommands.of(state));
      }
    }
    for (PlatformState state : PlatformState.values()) {
      if (state.name().equals(thing.name())) {
        legal.add(LegalCommands.of(state));
      }
    }
    return legal;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    List<Legal> legal = legal(thing);
    if (legal.isEmpty()) {
      throw new BadInput(
          "%s is no state: these are %s."
              .formatted(
                  thing.subject(),
                  Stream.<Enum<?>>concat(
                          Arrays.stream(GuestState.values()), Arrays.stream(PlatformState.values()))
                      .map(Enum::name)
                      .distinct()
                      .collect(Collectors.joining(", "))));
    }
    return new AnswerExplanation(
        word(),
        thing.name() + ": " + what(),
        thing.name(),
        null,
        "What may be told to who is in it stands below, by the interface table.",
        null,
        List.of(),
        null,
        legal,
        null,
        List.of());
  }
}
