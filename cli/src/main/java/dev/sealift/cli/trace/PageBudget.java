package dev.sealift.cli.trace;

/**
 * How many pages all processes of a replay may write to: a trace can name any number of processes,
 * and each line of it far more memory than the line is long.
 */
final class PageBudget {
  private int left;

  /**
   * @param pages of 4096 bytes
   */
  PageBudget(int pages) {
    left = pages;
  }

  /** The trace asks for more memory than a replay has. */
  static final class OutOfMemory extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfMemory() {
      super("it writes to more memory than a replay has, 256 MiB");
    }
  }

  /** Takes a page. */
  void take() {
    if (left == 0) {
      throw new OutOfMemory();
    }
    left--;
  }
}
