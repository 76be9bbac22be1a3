package dev.sealift.migration.wire;

import java.util.OptionalInt;

/**
 * The versions of the protocol that this host speaks.
 *
 * <pre>
 * The source says the lowest and the highest version it speaks.
 * The destination chooses the highest one that both speak.
 * Where there is none, it answers ABORT and closes.
 * HELLO, WELCOME and ABORT keep their bytes in every version.
 * </pre>
 */
public final class Protocol {
  public static final int LOWEST_VERSION = 1;
  public static final int HIGHEST_VERSION = 2;

  /** The first version with VCPU_VMSA, and so the first for guests with SEV-ES. */
  public static final int SEV_ES_VERSION = 2;

  private Protocol() {}

  /** The highest version in both ranges, or empty. */
  public static OptionalInt choose(int peerLowest, int peerHighest) {
    int highest = Math.min(HIGHEST_VERSION, peerHighest);
    return highest >= Math.max(LOWEST_VERSION, peerLowest)
        ? OptionalInt.of(highest)
        : OptionalInt.empty();
  }
}
