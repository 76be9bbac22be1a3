package dev.sealift.migration;

/** The end of a thread, for those who cannot go on before: what the thread uses must outlive it. */
final class ThreadEnd {

  private ThreadEnd() {}

  /** Waits for it; an interruption meanwhile is passed on afterwards. */
  static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
