package dev.sealift.migration.wire;

import dev.sealift.abi.FirmwareStatus;
import org.jspecify.annotations.Nullable;

/**
 * A move that cannot go on: which failure, the firmware's status where one is known, and one
 * sentence for people.
 */
public final class MigrationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final FailureCode code;
  private final @Nullable FirmwareStatus status;
  private final boolean fromPeer;

  private MigrationException(
      FailureCode code,
      String sentence,
      @Nullable FirmwareStatus status,
      boolean fromPeer,
      @Nullable Throwable cause) {
    super(sentence, cause);
    this.code = code;
    this.status = status;
    this.fromPeer = fromPeer;
  }

  public MigrationException(FailureCode code, String sentence) {
    this(code, sentence, null, false, null);
  }

  public MigrationException(FailureCode code, String sentence, Throwable cause) {
    this(code, sentence, null, false, cause);
  }

  public MigrationException(
      FailureCode code, String sentence, @Nullable FirmwareStatus status, Throwable cause) {
    this(code, sentence, status, false, cause);
  }

  /**
   * A batch that was changed, replayed, reordered or cut on its way: answered as the firmware
   * answers a packet whose MAC does not hold.
   */
  static MigrationException sealBroken(String sentence) {
    return new MigrationException(
        FailureCode.PACKET_REFUSED, sentence, FirmwareStatus.BAD_MEASUREMENT, false, null);
  }

  static MigrationException malformed(String sentence) {
    return new MigrationException(FailureCode.MALFORMED, sentence);
  }

  /** What the peer's ABORT says. */
  static MigrationException of(Message.Abort abort) {
    return new MigrationException(
        abort.code(), abort.sentence(), FirmwareStatus.of(abort.status()), true, null);
  }

  /** Which failure. */
  public FailureCode code() {
    return code;
  }

  /** The firmware's status, or null where the firmware was not asked. */
  public @Nullable FirmwareStatus status() {
    return status;
  }

  /** Whether the peer said so in an ABORT; it need not be told again. */
  public boolean fromPeer() {
    return fromPeer;
  }

  /**
   * Whether only a connection failed, as far as this side saw: it broke, or the peer fell silent on
   * it. A new connection may then take the move up again; after any other failure, and after an
   * ABORT, the move is over.
   */
  public boolean isOfTheLink() {
    return !fromPeer && (code == FailureCode.LINK_LOST || code == FailureCode.TIMED_OUT);
  }

  /** The sentence for people. */
  public String sentence() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }

  /** The ABORT that tells the peer. */
  public Message.Abort toAbort() {
    return new Message.Abort(code, status == null ? 0 : status.code(), sentence());
  }
}
