package dev.sealift.migration.wire;

import java.util.OptionalInt;

/**
 * The versions of the protocol that this host speaks.
 *
 * <pre>
 * The source says the lowest and the highest version it speaks.
 * The destination chooses the highest one that both speak.
 * Where there is none, it answers ABORT and closes.
 * HELLO and ABORT keep their bytes in every version.
 * </pre>
 */
public final class Protocol {
  /**
   * The first version in which a destination that has a whole guest waits for its source, however
   * long that takes; one that spoke an older version would give the guest up by itself, after its
   * source can no longer run it.
   */
  public static final int LOWEST_VERSION = 4;

  public static final int HIGHEST_VERSION = 4;

  private Protocol() {}

  /** The highest version in both ranges, or empty. */
  public static OptionalInt choose(int peerLowest, int peerHighest) {
    int highest = Math.min(HIGHEST_VERSION, peerHighest);
    return highest >= Math.max(LOWEST_VERSION, peerLowest)
        ? OptionalInt.of(highest)
        : OptionalInt.empty();
  }
}
