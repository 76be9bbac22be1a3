package dev.sealift.cli;

import java.io.Console;

/** The screen that a command writes to, if it does. */
public final class Terminal {
  private Terminal() {}

  /** Whether people watch. */
  // It is null where Java's library for terminals is not among the modules.
  @SuppressWarnings("SystemConsoleNull")
  public static boolean isThere() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Whether people watch, and lines above the last one can be written over. */
  public static boolean goesUp() {
    String kind = System.getenv("TERM");
    return kind != null && !kind.isEmpty() && !kind.equals("dumb") && isThere();
  }
}
