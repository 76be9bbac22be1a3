package dev.sealift.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * SHA-256 of the one block that a MAC's key fills, in plain integers. {@link Sha256Lanes} could do
 * it sixteen times as fast, but until its methods are compiled every vector in them is an object on
 * the heap that nobody wipes, and a key must not lie there.
 *
 * <p>Source: FIPS 180-4, section 6.2.
 */
final class Sha256KeyBlock {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final int ROUNDS = 64;
  private static final int WORDS = 8;

  private Sha256KeyBlock() {}

  /** The state after the first block of a message, 8 words, which the caller must wipe. */
  static int[] stateAfter(byte[] block) {
    int[] w = new int[ROUNDS];
    int[] state = new int[WORDS];
    try {
      schedule(block, w);
      rounds(w, state);
      return state;
    } finally {
      Arrays.fill(w, 0);
    }
  }

  private static void schedule(byte[] block, int[] w) {
    for (int t = 0; t < 16; t++) {
      w[t] = (int) INT.get(block, t * Integer.BYTES);
    }
    for (int t = 16; t < ROUNDS; t++) {
      int early = w[t - 15];
      int late = w[t - 2];
      int s0 = Integer.rotateRight(early, 7) ^ Integer.rotateRight(early, 18) ^ (early >>> 3);
      int s1 = Integer.rotateRight(late, 17) ^ Integer.rotateRight(late, 19) ^ (late >>> 10);
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
  }

  private static void rounds(int[] w, int[] state) {
    for (int word = 0; word < WORDS; word++) {
      state[word] = Sha256Lanes.initial(word);
    }
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    int e = state[4];
    int f = state[5];
    int g = state[6];
    int h = state[7];
    for (int t = 0; t < ROUNDS; t++) {
      int s1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
      int t1 = h + s1 + ((e & f) ^ (~e & g)) + Sha256Lanes.constant(t) + w[t];
      int s0 = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
      int t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}
