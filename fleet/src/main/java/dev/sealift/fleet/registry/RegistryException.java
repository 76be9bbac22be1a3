package dev.sealift.fleet.registry;

/** The registry said no, or said nothing. */
public final class RegistryException extends Exception {
  private static final long serialVersionUID = 1;

  /** What stood in the way. */
  public enum Kind {
    /** It did not answer in time: a write may have been done or not. */
    UNREACHABLE,
    /** Somebody else has replaced the record since it was read. */
    STALE,
    /** There is such a record already, and it is somebody else's. */
    EXISTS,
    /** There is no such record. */
    ABSENT,
    /** What is there, or what was to go there, is no record of ours. */
    MALFORMED,
    /** The login that was given may not do this. */
    REFUSED
  }

  private final Kind kind;

  RegistryException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  RegistryException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What stood in the way. */
  public Kind kind() {
    return kind;
  }
}
