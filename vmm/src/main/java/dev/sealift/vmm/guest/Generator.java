package dev.sealift.vmm.guest;

/**
 * The guest's pseudo-random generator: xorshift with the shifts 13, 7 and 17, a full cycle through
 * all 64-bit states but zero.
 *
 * <p>Source: G. Marsaglia, Xorshift RNGs, Journal of Statistical Software 8(14), 2003.
 */
final class Generator {
  static final long SEED = 0x9E37_79B9_7F4A_7C15L;

  private Generator() {}

  /** The next state. */
  static long next(long state) {
    long s = state;
    s ^= s << 13;
    s ^= s >>> 7;
    s ^= s << 17;
    return s;
  }

  /**
   * The state after so many steps, without taking them: a step is linear over bits, so it is a
   * matrix, and its powers of two come by squaring.
   */
  static long jump(long state, long steps) {
    long s = state;
    long[] power = new long[Long.SIZE];
    for (int bit = 0; bit < Long.SIZE; bit++) {
      power[bit] = next(1L << bit);
    }
    for (long rest = steps; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        s = apply(power, s);
      }
      power = square(power);
    }
    return s;
  }

  private static long[] square(long[] matrix) {
    long[] squared = new long[Long.SIZE];
    for (int bit = 0; bit < Long.SIZE; bit++) {
      squared[bit] = apply(matrix, matrix[bit]);
    }
    return squared;
  }

  /** A matrix holds what each single bit becomes. */
  private static long apply(long[] matrix, long state) {
    long s = 0;
    for (long rest = state; rest != 0; rest &= rest - 1) {
      s ^= matrix[Long.numberOfTrailingZeros(rest)];
    }
    return s;
  }
}
