package dev.sealift.cli.process;

import java.io.Closeable;

/**
 * What must be undone even where the command is interrupted: the Java virtual machine does it when
 * it ends early. Closing it takes it back.
 */
public final class ExitHook implements Closeable {
  private final Thread thread;

  private ExitHook(Thread thread) {
    this.thread = thread;
  }

  public static ExitHook of(Runnable undo) {
    Thread thread = Thread.ofPlatform().name("exit").unstarted(undo);
    Runtime.getRuntime().addShutdownHook(thread);
    return new ExitHook(thread);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(thread);
    } catch (IllegalStateException alreadyEnding) {
      // The hook runs, or has run: what it undoes is undone.
    }
  }
}
