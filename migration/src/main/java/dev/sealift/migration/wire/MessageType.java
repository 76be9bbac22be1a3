package dev.sealift.migration.wire;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.migration.trust.PlatformCredentials;
import org.jspecify.annotations.Nullable;

/**
 * The number of each message and how long its body may be, in bytes. Zero is no message and is
 * refused.
 */
enum MessageType {
  HELLO(1, 5, 5),
  WELCOME(
      2,
      Sizes.WELCOME + PlatformCredentials.LEAST_SIZE,
      Sizes.WELCOME + PlatformCredentials.MOST_SIZE),
  GUEST(
      3,
      Sizes.GUEST + 1 + PlatformCredentials.LEAST_SIZE,
      Sizes.GUEST + Bounds.CONFIGURATION + PlatformCredentials.MOST_SIZE),
  READY(4, 0, 0),
  SHARED_PAGES(5, 4 + 4 + Sizes.SHARED_PAGE, 4 + 4 + Bounds.SHARED_PAGES * Sizes.SHARED_PAGE),
  ROUND_END(6, 4 + 1 + 4 + 8 + 8, 4 + 1 + Bounds.DATA_CONNECTIONS * 4 + 8 + 8),
  ROUND_DONE(7, 4, 4),
  PAGE_STATUS(8, 4, 4 + Bounds.STATUS_RANGES * 16),
  VCPU_STATE(9, 4 + 4 + 1, 4 + 4 + Bounds.VCPU_STATE),
  PREPARE(10, 20 + Manifest.ROOT_SIZE, 20 + Manifest.ROOT_SIZE),
  PREPARED(11, Manifest.ROOT_SIZE, Manifest.ROOT_SIZE),
  COMMIT(12, 24, 24),
  RUNNING(13, 0, 0),
  ABORT(14, 2 + 4 + 4, 2 + 4 + 4 + Bounds.SENTENCE),
  VCPU_VMSA(15, Sizes.VCPU_VMSA, Sizes.VCPU_VMSA),
  STATEMENT(16, 4 + 1 + Bounds.REPORT, 4 + Bounds.STATEMENT + Bounds.REPORT),
  ENDORSEMENT(17, Bounds.REPORT, Bounds.REPORT),
  RESUME(18, MoveId.SIZE, MoveId.SIZE),
  STANDING(19, Sizes.STANDING, Sizes.STANDING + Bounds.DATA_CONNECTIONS * Long.BYTES);

  /** Bytes of what does not vary; the lengths of what does are in it. */
  private static final class Sizes {
    static final int WELCOME = 2 + 1 + 1 + 4;
    static final int GUEST = MoveId.SIZE + 4 + 4 + 4 + SevLimits.SESSION + 1;
    static final int SHARED_PAGE = Long.BYTES + Pages.SIZE;
    static final int STANDING = 1 + 4 + 8 + 1 + Manifest.ROOT_SIZE;
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
