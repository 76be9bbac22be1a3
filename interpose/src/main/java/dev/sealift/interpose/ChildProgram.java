package dev.sealift.interpose;

import java.util.List;

/**
 * A program that a thread of this process starts: the mounts and filters of the thread are the
 * program's, too.
 */
final class ChildProgram {
  private static final int STANDARD_DESCRIPTORS = 3;

  private final Linux linux;
  private final OwnThread thread;
  private int pid;
  private boolean running;

  ChildProgram(Linux linux, OwnThread thread) {
    this.linux = linux;
    this.thread = thread;
  }

  /**
   * Starts it, once, with this process's input, output, errors and environment.
   *
   * @param command the program, which is looked for in PATH, and its arguments
   */
  synchronized void start(List<String> command) throws InterposeException {
    pid =
        thread.run(() -> {
          InterposeException.require(
              linux.foreign().closeOnExec(STANDARD_DESCRIPTORS), "keep descriptors from a program");
          return InterposeException.require(
              linux.programs().start(command), "start " + command.getFirst());
        });
    running = true;
  }

  /** Its process id. */
  synchronized int pid() {
    return pid;
  }

  /** Sends it a signal; false if it does not run. */
  synchronized boolean signal(int number) {
    return running && linux.programs().signal(pid, number) == 0;
  }

  /** Waits for its end: its exit code, or 128 and the number of the signal that killed it. */
  int await() throws InterposeException {
    // First by its handle: to wait for it would take the stops from a thread that traces it.
    linux.foreign().awaitEnd(pid());
    int code = InterposeException.require(linux.programs().await(pid()), "wait for a program");
    synchronized (this) {
      running = false;
    }
    return code;
  }
}
