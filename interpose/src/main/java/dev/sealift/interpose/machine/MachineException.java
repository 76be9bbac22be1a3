package dev.sealift.interpose.machine;

/** A machine cannot be served or reached; the message says in a sentence why, and what to do. */
public final class MachineException extends Exception {
  private static final long serialVersionUID = 1L;

  MachineException(String message) {
    super(message);
  }

  MachineException(String message, Throwable cause) {
    super(message, cause);
  }
}
