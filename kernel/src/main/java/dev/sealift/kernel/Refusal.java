package dev.sealift.kernel;

import dev.sealift.abi.Errno;

/**
 * Ends a handler with an errno. It never leaves the system call: the dispatchers turn it around.
 */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int result;

  Refusal(Errno errno) {
    super(errno.name(), null, false, false);
    this.result = errno.negated();
  }

  /** What the system call returns: a negative errno. */
  int result() {
    return result;
  }
}
