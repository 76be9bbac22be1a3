package dev.sealift.fuzz;

import java.lang.reflect.Constructor;

/**
 * Where Jazzer brings its inputs to, in a Java virtual machine of their own. {@code
 * sealift.fuzz.target} names the target: the suite's class, a slash, the target's name.
 *
 * <p>Source: the Jazzer fuzzer's conventions, fuzzerInitialize and fuzzerTestOneInput.
 */
public final class GuidedEntry {
  static final String TARGET = "sealift.fuzz.target";

  private static final FuzzTarget CHOSEN = chosen();

  private GuidedEntry() {}

  /** Takes an input; whatever it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.of(CHOSEN, input);
  }

  private static FuzzTarget chosen() {
    String[] words = System.getProperty(TARGET, "").split("/", 2);
    try {
      Constructor<?> suite = Class.forName(words[0]).getDeclaredConstructor();
      suite.setAccessible(true);
      return ((FuzzSuite) suite.newInstance())
          .targets().stream()
              .filter(target -> target.name().equals(words[1]))
              .findFirst()
              .orElseThrow();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("there is no suite " + words[0], e);
    }
  }
}
