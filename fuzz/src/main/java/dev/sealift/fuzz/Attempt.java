package dev.sealift.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One input at one target: whether what came of it is what the target promises.
 *
 * @param read whether a value was made of it; refused otherwise
 * @param likeness the same for inputs that came to the same end, by the way they came to it
 */
record Attempt(boolean read, String likeness) {
  private static final int LONGEST_SENTENCE = 1000;

  /** So much of a sentence tells it from others; further on it speaks of the input. */
  private static final int BEGINNING = 24;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * Gives an input to a target.
   *
   * @throws Finding if anything but a value or a refusal with a sentence came of it, or it took
   *     more memory than it may
   */
  static Attempt of(FuzzTarget target, byte[] input) throws Finding {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Throwable thrown = thrownBy(target, input.clone());
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (thrown != null) {
      checkRefusal(target, thrown, input);
    }
    if (allocated > target.mostAllocated()) {
      checkMemory(target, input);
    }
    return new Attempt(thrown == null, likeness(thrown, input));
  }

  /** Classes that the input was the first to need have been loaded by now. */
  private static void checkMemory(FuzzTarget target, byte[] input) throws Finding {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Throwable thrown = thrownBy(target, input.clone());
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > target.mostAllocated()) {
      throw new Finding(
          target,
          "it took %d bytes of memory, and may take %d"
              .formatted(allocated, target.mostAllocated()),
          input,
          thrown);
    }
  }

  private static @Nullable Throwable thrownBy(FuzzTarget target, byte[] input) {
    try {
      target.reading().read(input);
      return null;
      // An error is just what is looked for: out of memory, out of stack, a failed assertion.
    } catch (Throwable thrown) {
      return thrown;
    }
  }

  private static void checkRefusal(FuzzTarget target, Throwable thrown, byte[] input)
      throws Finding {
    if (target.refusals().stream().noneMatch(kind -> kind.isInstance(thrown))) {
      throw new Finding(target, "it answers by " + thrown.getClass().getName(), input, thrown);
    }
    String sentence = thrown.getMessage();
    if (sentence == null || sentence.isBlank()) {
      throw new Finding(target, "it refuses without a sentence", input, thrown);
    }
    if (sentence.length() > LONGEST_SENTENCE) {
      throw new Finding(
          target, "it refuses in %d characters".formatted(sentence.length()), input, thrown);
    }
    if (sentence.chars().anyMatch(Character::isISOControl)) {
      throw new Finding(target, "its sentence has control characters", input, thrown);
    }
  }

  private static String likeness(@Nullable Throwable thrown, byte[] input) {
    if (thrown == null) {
      return "read " + (Integer.SIZE - Integer.numberOfLeadingZeros(input.length));
    }
    String where =
        Arrays.stream(thrown.getStackTrace())
            .limit(2)
            .map(StackTraceElement::toString)
            .collect(Collectors.joining(" "));
    String words = String.valueOf(thrown.getMessage()).replaceAll("[0-9]+|'.*'|/\\S+", "");
    return words.substring(0, Math.min(BEGINNING, words.length())) + " " + where;
  }
}
