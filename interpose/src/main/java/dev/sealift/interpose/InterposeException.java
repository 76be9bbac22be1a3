package dev.sealift.interpose;

import dev.sealift.abi.Errno;

/** This machine does not let its programs be served; the message says in a sentence why. */
public final class InterposeException extends Exception {
  private static final long serialVersionUID = 1L;

  InterposeException(String message) {
    super(message);
  }

  InterposeException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * The result of a system call that was necessary.
   *
   * @throws InterposeException if it failed: what could not be done, and the errno in words
   */
  static int require(int result, String what) throws InterposeException {
    if (result >= 0) {
      return result;
    }
    Errno errno = Errno.of(result);
    throw new InterposeException(
        "Linux does not %s: %s (%s)%s."
            .formatted(
                what,
                errno.meaning(),
                errno.name(),
                errno.equals(Errno.EPERM) || errno.equals(Errno.EACCES) ? "; root may" : ""));
  }
}
