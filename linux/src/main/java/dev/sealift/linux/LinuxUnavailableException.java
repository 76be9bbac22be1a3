package dev.sealift.linux;

/** Linux cannot be called from here; the message says why and what to do. */
public final class LinuxUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  LinuxUnavailableException(String message) {
    super(message);
  }

  LinuxUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
