package dev.sealift.migration.wire;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import org.jspecify.annotations.Nullable;

/**
 * The number of each message and how long its body may be, in bytes. Zero is no message and is
 * refused.
 */
enum MessageType {
  HELLO(1, 5, 5),
  WELCOME(2, Sizes.WELCOME + 1, Sizes.WELCOME + SevLimits.FIRMWARE_BLOB_MAX),
  GUEST(3, Sizes.GUEST + 1, Sizes.GUEST + Bounds.CONFIGURATION),
  READY(4, 0, 0),
  SHARED_PAGES(5, 4 + 4 + Sizes.SHARED_PAGE, 4 + 4 + Bounds.SHARED_PAGES * Sizes.SHARED_PAGE),
  ROUND_END(6, 4 + 1 + 4 + 8 + 8, 4 + 1 + Bounds.DATA_CONNECTIONS * 4 + 8 + 8),
  ROUND_DONE(7, 4, 4),
  PAGE_STATUS(8, 4, 4 + Bounds.STATUS_RANGES * 16),
  VCPU_STATE(9, 4 + 4 + 1, 4 + 4 + Bounds.VCPU_STATE),
  PREPARE(10, 20, 20),
  PREPARED(11, 0, 0),
  COMMIT(12, 0, 0),
  RUNNING(13, 0, 0),
  ABORT(14, 2 + 4 + 4, 2 + 4 + 4 + Bounds.SENTENCE),
  VCPU_VMSA(15, Sizes.VCPU_VMSA, Sizes.VCPU_VMSA);

  /** Bytes of what does not vary; the lengths of what does are in it. */
  private static final class Sizes {
    static final int WELCOME =
        2 + 1 + 1 + SevLimits.CERTIFICATE + SevLimits.PLATFORM_CERTIFICATES + 4;
    static final int GUEST = MoveId.SIZE + 4 + 4 + SevLimits.CERTIFICATE + SevLimits.SESSION + 1;
    static final int SHARED_PAGE = Long.BYTES + Pages.SIZE;
    static final int VCPU_VMSA = 4 + SevLimits.PACKET_HEADER + Pages.SIZE;
  }

  private final int number;
  private final int leastBody;
  private final int mostBody;

  MessageType(int number, int leastBody, int mostBody) {
    this.number = number;
    this.leastBody = leastBody;
    this.mostBody = mostBody;
  }

  /** The number in the frame header. */
  int number() {
    return number;
  }

  /** Bytes of the longest body. */
  int mostBody() {
    return mostBody;
  }

  /** Refuses a body's length, as an unsigned 32-bit number, before anything is allocated for it. */
  void checkBody(long length) throws MigrationException {
    if (length < leastBody || length > mostBody) {
      throw MigrationException.malformed(
          "%s: its body has %d bytes, but %d to %d are allowed"
              .formatted(this, length, leastBody, mostBody));
    }
  }

  /** The one with this number, or null where there is none. */
  static @Nullable MessageType of(int number) {
    for (MessageType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    return null;
  }
}
