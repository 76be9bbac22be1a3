package dev.sealift.migration;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalLong;

/**
 * Looks for a guest's registers where they must not be: for every state that its pseudo-random
 * generator, which lives in a register, can have had at an exit; at every offset of what was
 * captured.
 */
final class RegisterSearch {
  /** The model's program stops after so many steps at the latest, and at no others. */
  private static final int STEPS_BETWEEN_EXITS = 1024;

  /** The first state, which the VMM itself sets and so may know. */
  private static final long SEED = 0x9E37_79B9_7F4A_7C15L;

  private static final int FILTER_BITS = 24;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long[] states;
  private final BitSet filter = new BitSet(1 << FILTER_BITS);

  private RegisterSearch(long[] states) {
    this.states = states;
    Arrays.sort(states);
    Arrays.stream(states).forEach(state -> filter.set(filterBit(state)));
  }

  /** The states of a guest that has done up to so many steps. */
  static RegisterSearch upTo(long steps) {
    long[] states = new long[Math.toIntExact(steps / STEPS_BETWEEN_EXITS)];
    long state = SEED;
    for (int i = 0; i < states.length; i++) {
      for (int step = 0; step < STEPS_BETWEEN_EXITS; step++) {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
      }
      states[i] = state;
    }
    return new RegisterSearch(states);
  }

  int states() {
    return states.length;
  }

  /** The first offset at which a register's value stands. */
  OptionalLong findIn(byte[] captured) {
    for (int i = 0; i + Long.BYTES <= captured.length; i++) {
      long word = (long) LONG.get(captured, i);
      if (filter.get(filterBit(word)) && Arrays.binarySearch(states, word) >= 0) {
        return OptionalLong.of(i);
      }
    }
    return OptionalLong.empty();
  }

  private static int filterBit(long word) {
    return (int) word & ((1 << FILTER_BITS) - 1);
  }
}
