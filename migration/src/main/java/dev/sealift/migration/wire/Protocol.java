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
   * The first version in which both hosts prove their platforms; a host that spoke an older one
   * could be talked into taking a guest from anybody.
   */
  public static final int LOWEST_VERSION = 3;

  public static final int HIGHEST_VERSION = 3;

  private Protocol() {}

  /** The highest version in both ranges, or empty. */
  public static OptionalInt choose(int peerLowest, int peerHighest) {
    int highest = Math.min(HIGHEST_VERSION, peerHighest);
    return highest >= Math.max(LOWEST_VERSION, peerLowest)
        ? OptionalInt.of(highest)
        : OptionalInt.empty();
  }
}
