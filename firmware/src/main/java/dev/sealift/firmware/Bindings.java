package dev.sealift.firmware;

import dev.sealift.abi.psp.PspCommand;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What the words of the interface table mean: every fault and condition by its words, every effect
 * by its command. Words without a meaning, and meanings without words, are errors of the program.
 */
final class Bindings {
  private final Map<String, Function<Shape, Check>> checks = new HashMap<>();
  private final Set<String> ofContent = new HashSet<>();
  private final TreeSet<String> unused = new TreeSet<>();
  private final Map<PspCommand, Command.Effect> effects = new EnumMap<>(PspCommand.class);
  private final List<Runnable> afterwards = new ArrayList<>();
  private final FieldChecks fieldChecks;

  Bindings(FieldChecks fieldChecks) {
    this.fieldChecks = fieldChecks;
  }

  /** A fault or a condition that looks at the command's buffer. */
  void checkOf(String words, Function<Shape, Check> binding) {
    if (checks.put(words, binding) != null) {
      throw new IllegalStateException("\"" + words + "\" has two meanings");
    }
    unused.add(words);
  }

  /**
   * A fault of what the command's addresses lead to. It is looked for after everything that the
   * buffer and the books tell.
   */
  void contentCheckOf(String words, Function<Shape, Check> binding) {
    checkOf(words, binding);
    ofContent.add(words);
  }

  /** Whether these words are about what the command's addresses lead to. */
  boolean isOfContent(String words) {
    return ofContent.contains(words);
  }

  /** A fault or a condition that means the same for every command. */
  void check(String words, Check check) {
    checkOf(words, shape -> check);
  }

  /** What a command does. */
  void effect(PspCommand command, Command.Effect effect) {
    if (effects.put(command, effect) != null) {
      throw new IllegalStateException(command + " has two effects");
    }
    unused.add(command.name());
  }

  /** What is wiped after every command. */
  void afterwards(Runnable wipe) {
    afterwards.add(wipe);
  }

  /** The meaning of a fault or a condition. */
  Check meaning(String words, Shape shape) {
    Function<Shape, Check> binding = checks.get(words);
    if (binding != null) {
      unused.remove(words);
      return binding.apply(shape);
    }
    return fieldChecks
        .meaning(words, shape)
        .orElseThrow(() ->
            new IllegalStateException(
                shape.row().command() + ": \"" + words + "\" has no meaning"));
  }

  /** The effect of a command. */
  Command.Effect effectOf(PspCommand command) {
    Command.Effect effect = effects.get(command);
    if (effect == null) {
      throw new IllegalStateException(command + " has no effect");
    }
    unused.remove(command.name());
    return effect;
  }

  /** Wipes what checks have left behind. */
  Runnable wipe() {
    Runnable[] all = afterwards.toArray(Runnable[]::new);
    return () -> {
      for (Runnable wipe : all) {
        wipe.run();
      }
    };
  }

  /** Insists that the table has used every meaning. */
  void requireAllUsed() {
    if (!unused.isEmpty()) {
      throw new IllegalStateException("the interface table has no line for " + unused);
    }
  }
}
