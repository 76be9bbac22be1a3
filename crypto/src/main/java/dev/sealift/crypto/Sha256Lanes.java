package dev.sealift.crypto;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ROR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * SHA-256 of sixteen messages at once, one to each 32-bit lane of a 512-bit vector. The messages
 * advance together, block by block; a message that is shorter is the caller's to pad.
 *
 * <p>What decides the speed here is that the just-in-time compiler takes every vector operation
 * into the machine code of the method it stands in. It stops doing so when a method grows too big
 * or calls small ones, and one operation left out costs more than all others together. So the
 * rounds are spelled out, four to an iteration, in two methods of moderate size.
 *
 * <p>Confined to one thread. Source: FIPS 180-4, section 6.2.
 */
final class Sha256Lanes {

  /** Messages hashed at once. */
  static final int LANES = 16;

  /** Bytes of a block. */
  static final int BLOCK = 64;

  /** Words of a state: eight for each lane, all lanes' first words first. */
  static final int STATE_WORDS = 8 * LANES;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_512;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;

  /** Turns big-endian words round. */
  private static final VectorShuffle<Byte> BIG_ENDIAN = VectorShuffle.fromOp(BYTES, i -> i ^ 3);

  private static final IntVector LOW_1 = interleave(1, false);
  private static final IntVector HIGH_1 = interleave(1, true);
  private static final IntVector LOW_2 = interleave(2, false);
  private static final IntVector HIGH_2 = interleave(2, true);
  private static final IntVector LOW_4 = interleave(4, false);
  private static final IntVector HIGH_4 = interleave(4, true);
  private static final IntVector LOW_8 = interleave(8, false);
  private static final IntVector HIGH_8 = interleave(8, true);

  private static final int ROUNDS = 64;
  private static final int SCHEDULED = 48;

  private static final int[] INITIAL = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };

  private static final int[] K = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  };

  private final int[] state = new int[STATE_WORDS];
  private final int[] schedule = new int[ROUNDS * LANES];
  private final int[] midway = new int[STATE_WORDS];

  /** A word of the state before the first block. */
  static int initial(int word) {
    return INITIAL[word];
  }

  /** The constant of a round. */
  static int constant(int round) {
    return K[round];
  }

  /** Starts sixteen messages. */
  void begin() {
    for (int word = 0; word < INITIAL.length; word++) {
      Arrays.fill(state, word * LANES, (word + 1) * LANES, INITIAL[word]);
    }
  }

  /** Goes on where {@link #save} was called. */
  void resume(int[] saved) {
    System.arraycopy(saved, 0, state, 0, STATE_WORDS);
  }

  /** Keeps the state after the blocks so far. */
  void save(int[] into) {
    System.arraycopy(state, 0, into, 0, STATE_WORDS);
  }

  /** Takes one block of every message; that of lane n stands at {@code offset + n * stride}. */
  void update(byte[] data, int offset, int stride) {
    transpose(data, offset, stride, schedule);
    scheduledRounds(schedule, state, midway);
    lastRounds(schedule, midway, state);
  }

  /**
   * Takes one block of every message that holds what another hash's lanes came to, 32 bytes, and
   * ends the message.
   *
   * @param messageBytes length of the whole message
   */
  void finishWithDigestsOf(int[] digests, int messageBytes) {
    System.arraycopy(digests, 0, schedule, 0, STATE_WORDS);
    Arrays.fill(schedule, STATE_WORDS, STATE_WORDS + LANES, 0x8000_0000);
    Arrays.fill(schedule, STATE_WORDS + LANES, 15 * LANES, 0);
    Arrays.fill(schedule, 15 * LANES, 16 * LANES, messageBytes * Byte.SIZE);
    scheduledRounds(schedule, state, midway);
    lastRounds(schedule, midway, state);
  }

  /** Writes what one lane came to, 32 bytes. */
  void digest(int lane, byte[] out, int offset) {
    for (int word = 0; word < INITIAL.length; word++) {
      INT.set(out, offset + word * Integer.BYTES, state[word * LANES + lane]);
    }
  }

  /** Forgets what went through. */
  void wipe() {
    Arrays.fill(state, 0);
    Arrays.fill(schedule, 0);
    Arrays.fill(midway, 0);
  }

  /** Rounds 0 to 47, each of which also makes the schedule's word that is needed 16 rounds on. */
  private static void scheduledRounds(int[] w, int[] state, int[] out) {
    IntVector a = IntVector.fromArray(WORDS, state, 0);
    IntVector b = IntVector.fromArray(WORDS, state, 16);
    IntVector c = IntVector.fromArray(WORDS, state, 32);
    IntVector d = IntVector.fromArray(WORDS, state, 48);
    IntVector e = IntVector.fromArray(WORDS, state, 64);
    IntVector f = IntVector.fromArray(WORDS, state, 80);
    IntVector g = IntVector.fromArray(WORDS, state, 96);
    IntVector h = IntVector.fromArray(WORDS, state, 112);
    for (int t = 0; t < SCHEDULED; t += 4) {
      int p = t * LANES;
      IntVector w0 = IntVector.fromArray(WORDS, w, p);
      IntVector w1 = IntVector.fromArray(WORDS, w, p + 16);
      IntVector w14 = IntVector.fromArray(WORDS, w, p + 224);
      h =
          h.add(IntVector.broadcast(WORDS, K[t]))
              .add(w0)
              .add(
                  e.lanewise(ROR, 6)
                      .lanewise(XOR, e.lanewise(ROR, 11))
                      .lanewise(XOR, e.lanewise(ROR, 25)))
              .add(g.lanewise(XOR, e.and(f.lanewise(XOR, g))));
      d = d.add(h);
      h =
          h.add(
                  a.lanewise(ROR, 2)
                      .lanewise(XOR, a.lanewise(ROR, 13))
                      .lanewise(XOR, a.lanewise(ROR, 22)))
              .add(a.and(b).or(c.and(a.or(b))));
      w0.add(
              w1.lanewise(ROR, 7)
                  .lanewise(XOR, w1.lanewise(ROR, 18))
                  .lanewise(XOR, w1.lanewise(LSHR, 3)))
          .add(IntVector.fromArray(WORDS, w, p + 144))
          .add(
              w14.lanewise(ROR, 17)
                  .lanewise(XOR, w14.lanewise(ROR, 19))
                  .lanewise(XOR, w14.lanewise(LSHR, 10)))
          .intoArray(w, p + 256);

      IntVector w2 = IntVector.fromArray(WORDS, w, p + 32);
      IntVector w15 = IntVector.fromArray(WORDS, w, p + 240);
      g =
          g.add(IntVector.broadcast(WORDS, K[t + 1]))
              .add(w1)
              .add(
                  d.lanewise(ROR, 6)
                      .lanewise(XOR, d.lanewise(ROR, 11))
                      .lanewise(XOR, d.lanewise(ROR, 25)))
              .add(f.lanewise(XOR, d.and(e.lanewise(XOR, f))));
      c = c.add(g);
      g =
          g.add(
                  h.lanewise(ROR, 2)
                      .lanewise(XOR, h.lanewise(ROR, 13))
                      .lanewise(XOR, h.lanewise(ROR, 22)))
              .add(h.and(a).or(b.and(h.or(a))));
      w1.add(
              w2.lanewise(ROR, 7)
                  .lanewise(XOR, w2.lanewise(ROR, 18))
                  .lanewise(XOR, w2.lanewise(LSHR, 3)))
          .add(IntVector.fromArray(WORDS, w, p + 160))
          .add(
              w15.lanewise(ROR, 17)
                  .lanewise(XOR, w15.lanewise(ROR, 19))
                  .lanewise(XOR, w15.lanewise(LSHR, 10)))
          .intoArray(w, p + 272);

      IntVector w3 = IntVector.fromArray(WORDS, w, p + 48);
      IntVector w16 = IntVector.fromArray(WORDS, w, p + 256);
      f =
          f.add(IntVector.broadcast(WORDS, K[t + 2]))
              .add(w2)
              .add(
                  c.lanewise(ROR, 6)
                      .lanewise(XOR, c.lanewise(ROR, 11))
                      .lanewise(XOR, c.lanewise(ROR, 25)))
              .add(e.lanewise(XOR, c.and(d.lanewise(XOR, e))));
      b = b.add(f);
      f =
          f.add(
                  g.lanewise(ROR, 2)
                      .lanewise(XOR, g.lanewise(ROR, 13))
                      .lanewise(XOR, g.lanewise(ROR, 22)))
              .add(g.and(h).or(a.and(g.or(h))));
      w2.add(
              w3.lanewise(ROR, 7)
                  .lanewise(XOR, w3.lanewise(ROR, 18))
                  .lanewise(XOR, w3.lanewise(LSHR, 3)))
          .add(IntVector.fromArray(WORDS, w, p + 176))
          .add(
              w16.lanewise(ROR, 17)
                  .lanewise(XOR, w16.lanewise(ROR, 19))
                  .lanewise(XOR, w16.lanewise(LSHR, 10)))
          .intoArray(w, p + 288);

      IntVector w4 = IntVector.fromArray(WORDS, w, p + 64);
      IntVector w17 = IntVector.fromArray(WORDS, w, p + 272);
      e =
          e.add(IntVector.broadcast(WORDS, K[t + 3]))
              .add(w3)
              .add(
                  b.lanewise(ROR, 6)
                      .lanewise(XOR, b.lanewise(ROR, 11))
                      .lanewise(XOR, b.lanewise(ROR, 25)))
              .add(d.lanewise(XOR, b.and(c.lanewise(XOR, d))));
      a = a.add(e);
      e =
          e.add(
                  f.lanewise(ROR, 2)
                      .lanewise(XOR, f.lanewise(ROR, 13))
                      .lanewise(XOR, f.lanewise(ROR, 22)))
              .add(f.and(g).or(h.and(f.or(g))));
      w3.add(
              w4.lanewise(ROR, 7)
                  .lanewise(XOR, w4.lanewise(ROR, 18))
                  .lanewise(XOR, w4.lanewise(LSHR, 3)))
          .add(IntVector.fromArray(WORDS, w, p + 192))
          .add(
              w17.lanewise(ROR, 17)
                  .lanewise(XOR, w17.lanewise(ROR, 19))
                  .lanewise(XOR, w17.lanewise(LSHR, 10)))
          .intoArray(w, p + 304);

      IntVector a4 = a;
      IntVector b4 = b;
      IntVector c4 = c;
      IntVector d4 = d;
      a = e;
      b = f;
      c = g;
      d = h;
      e = a4;
      f = b4;
      g = c4;
      h = d4;
    }
    a.intoArray(out, 0);
    b.intoArray(out, 16);
    c.intoArray(out, 32);
    d.intoArray(out, 48);
    e.intoArray(out, 64);
    f.intoArray(out, 80);
    g.intoArray(out, 96);
    h.intoArray(out, 112);
  }

  /** Rounds 48 to 63, and the sum with the state before the block. */
  private static void lastRounds(int[] w, int[] midway, int[] state) {
    IntVector a = IntVector.fromArray(WORDS, midway, 0);
    IntVector b = IntVector.fromArray(WORDS, midway, 16);
    IntVector c = IntVector.fromArray(WORDS, midway, 32);
    IntVector d = IntVector.fromArray(WORDS, midway, 48);
    IntVector e = IntVector.fromArray(WORDS, midway, 64);
    IntVector f = IntVector.fromArray(WORDS, midway, 80);
    IntVector g = IntVector.fromArray(WORDS, midway, 96);
    IntVector h = IntVector.fromArray(WORDS, midway, 112);
    for (int t = SCHEDULED; t < ROUNDS; t += 4) {
      int p = t * LANES;
      h =
          h.add(IntVector.broadcast(WORDS, K[t]))
              .add(IntVector.fromArray(WORDS, w, p))
              .add(
                  e.lanewise(ROR, 6)
                      .lanewise(XOR, e.lanewise(ROR, 11))
                      .lanewise(XOR, e.lanewise(ROR, 25)))
              .add(g.lanewise(XOR, e.and(f.lanewise(XOR, g))));
      d = d.add(h);
      h =
          h.add(
                  a.lanewise(ROR, 2)
                      .lanewise(XOR, a.lanewise(ROR, 13))
                      .lanewise(XOR, a.lanewise(ROR, 22)))
              .add(a.and(b).or(c.and(a.or(b))));
      g =
          g.add(IntVector.broadcast(WORDS, K[t + 1]))
              .add(IntVector.fromArray(WORDS, w, p + 16))
              .add(
                  d.lanewise(ROR, 6)
                      .lanewise(XOR, d.lanewise(ROR, 11))
                      .lanewise(XOR, d.lanewise(ROR, 25)))
              .add(f.lanewise(XOR, d.and(e.lanewise(XOR, f))));
      c = c.add(g);
      g =
          g.add(
                  h.lanewise(ROR, 2)
                      .lanewise(XOR, h.lanewise(ROR, 13))
                      .lanewise(XOR, h.lanewise(ROR, 22)))
              .add(h.and(a).or(b.and(h.or(a))));
      f =
          f.add(IntVector.broadcast(WORDS, K[t + 2]))
              .add(IntVector.fromArray(WORDS, w, p + 32))
              .add(
                  c.lanewise(ROR, 6)
                      .lanewise(XOR, c.lanewise(ROR, 11))
                      .lanewise(XOR, c.lanewise(ROR, 25)))
              .add(e.lanewise(XOR, c.and(d.lanewise(XOR, e))));
      b = b.add(f);
      f =
          f.add(
                  g.lanewise(ROR, 2)
                      .lanewise(XOR, g.lanewise(ROR, 13))
                      .lanewise(XOR, g.lanewise(ROR, 22)))
              .add(g.and(h).or(a.and(g.or(h))));
      e =
          e.add(IntVector.broadcast(WORDS, K[t + 3]))
              .add(IntVector.fromArray(WORDS, w, p + 48))
              .add(
                  b.lanewise(ROR, 6)
                      .lanewise(XOR, b.lanewise(ROR, 11))
                      .lanewise(XOR, b.lanewise(ROR, 25)))
              .add(d.lanewise(XOR, b.and(c.lanewise(XOR, d))));
      a = a.add(e);
      e =
          e.add(
                  f.lanewise(ROR, 2)
                      .lanewise(XOR, f.lanewise(ROR, 13))
                      .lanewise(XOR, f.lanewise(ROR, 22)))
              .add(f.and(g).or(h.and(f.or(g))));
      IntVector a4 = a;
      IntVector b4 = b;
      IntVector c4 = c;
      IntVector d4 = d;
      a = e;
      b = f;
      c = g;
      d = h;
      e = a4;
      f = b4;
      g = c4;
      h = d4;
    }
    a.add(IntVector.fromArray(WORDS, state, 0)).intoArray(state, 0);
    b.add(IntVector.fromArray(WORDS, state, 16)).intoArray(state, 16);
    c.add(IntVector.fromArray(WORDS, state, 32)).intoArray(state, 32);
    d.add(IntVector.fromArray(WORDS, state, 48)).intoArray(state, 48);
    e.add(IntVector.fromArray(WORDS, state, 64)).intoArray(state, 64);
    f.add(IntVector.fromArray(WORDS, state, 80)).intoArray(state, 80);
    g.add(IntVector.fromArray(WORDS, state, 96)).intoArray(state, 96);
    h.add(IntVector.fromArray(WORDS, state, 112)).intoArray(state, 112);
  }

  /**
   * Loads sixteen rows of sixteen big-endian words and stores them as columns: word n of every lane
   * side by side. Four passes exchange ever larger squares of the matrix.
   */
  private static void transpose(byte[] data, int offset, int stride, int[] columns) {
    IntVector r0 =
        ByteVector.fromArray(BYTES, data, offset).rearrange(BIG_ENDIAN).reinterpretAsInts();
    IntVector r1 =
        ByteVector.fromArray(BYTES, data, offset + 1 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r2 =
        ByteVector.fromArray(BYTES, data, offset + 2 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r3 =
        ByteVector.fromArray(BYTES, data, offset + 3 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r4 =
        ByteVector.fromArray(BYTES, data, offset + 4 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r5 =
        ByteVector.fromArray(BYTES, data, offset + 5 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r6 =
        ByteVector.fromArray(BYTES, data, offset + 6 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r7 =
        ByteVector.fromArray(BYTES, data, offset + 7 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r8 =
        ByteVector.fromArray(BYTES, data, offset + 8 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r9 =
        ByteVector.fromArray(BYTES, data, offset + 9 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r10 =
        ByteVector.fromArray(BYTES, data, offset + 10 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r11 =
        ByteVector.fromArray(BYTES, data, offset + 11 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r12 =
        ByteVector.fromArray(BYTES, data, offset + 12 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r13 =
        ByteVector.fromArray(BYTES, data, offset + 13 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r14 =
        ByteVector.fromArray(BYTES, data, offset + 14 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector r15 =
        ByteVector.fromArray(BYTES, data, offset + 15 * stride)
            .rearrange(BIG_ENDIAN)
            .reinterpretAsInts();
    IntVector s0 = LOW_1.selectFrom(r0, r1);
    IntVector s1 = HIGH_1.selectFrom(r0, r1);
    IntVector s2 = LOW_1.selectFrom(r2, r3);
    IntVector s3 = HIGH_1.selectFrom(r2, r3);
    IntVector s4 = LOW_1.selectFrom(r4, r5);
    IntVector s5 = HIGH_1.selectFrom(r4, r5);
    IntVector s6 = LOW_1.selectFrom(r6, r7);
    IntVector s7 = HIGH_1.selectFrom(r6, r7);
    IntVector s8 = LOW_1.selectFrom(r8, r9);
    IntVector s9 = HIGH_1.selectFrom(r8, r9);
    IntVector s10 = LOW_1.selectFrom(r10, r11);
    IntVector s11 = HIGH_1.selectFrom(r10, r11);
    IntVector s12 = LOW_1.selectFrom(r12, r13);
    IntVector s13 = HIGH_1.selectFrom(r12, r13);
    IntVector s14 = LOW_1.selectFrom(r14, r15);
    IntVector s15 = HIGH_1.selectFrom(r14, r15);
    IntVector t0 = LOW_2.selectFrom(s0, s2);
    IntVector t2 = HIGH_2.selectFrom(s0, s2);
    IntVector t1 = LOW_2.selectFrom(s1, s3);
    IntVector t3 = HIGH_2.selectFrom(s1, s3);
    IntVector t4 = LOW_2.selectFrom(s4, s6);
    IntVector t6 = HIGH_2.selectFrom(s4, s6);
    IntVector t5 = LOW_2.selectFrom(s5, s7);
    IntVector t7 = HIGH_2.selectFrom(s5, s7);
    IntVector t8 = LOW_2.selectFrom(s8, s10);
    IntVector t10 = HIGH_2.selectFrom(s8, s10);
    IntVector t9 = LOW_2.selectFrom(s9, s11);
    IntVector t11 = HIGH_2.selectFrom(s9, s11);
    IntVector t12 = LOW_2.selectFrom(s12, s14);
    IntVector t14 = HIGH_2.selectFrom(s12, s14);
    IntVector t13 = LOW_2.selectFrom(s13, s15);
    IntVector t15 = HIGH_2.selectFrom(s13, s15);
    IntVector u0 = LOW_4.selectFrom(t0, t4);
    IntVector u4 = HIGH_4.selectFrom(t0, t4);
    IntVector u1 = LOW_4.selectFrom(t1, t5);
    IntVector u5 = HIGH_4.selectFrom(t1, t5);
    IntVector u2 = LOW_4.selectFrom(t2, t6);
    IntVector u6 = HIGH_4.selectFrom(t2, t6);
    IntVector u3 = LOW_4.selectFrom(t3, t7);
    IntVector u7 = HIGH_4.selectFrom(t3, t7);
    IntVector u8 = LOW_4.selectFrom(t8, t12);
    IntVector u12 = HIGH_4.selectFrom(t8, t12);
    IntVector u9 = LOW_4.selectFrom(t9, t13);
    IntVector u13 = HIGH_4.selectFrom(t9, t13);
    IntVector u10 = LOW_4.selectFrom(t10, t14);
    IntVector u14 = HIGH_4.selectFrom(t10, t14);
    IntVector u11 = LOW_4.selectFrom(t11, t15);
    IntVector u15 = HIGH_4.selectFrom(t11, t15);
    IntVector v0 = LOW_8.selectFrom(u0, u8);
    IntVector v8 = HIGH_8.selectFrom(u0, u8);
    IntVector v1 = LOW_8.selectFrom(u1, u9);
    IntVector v9 = HIGH_8.selectFrom(u1, u9);
    IntVector v2 = LOW_8.selectFrom(u2, u10);
    IntVector v10 = HIGH_8.selectFrom(u2, u10);
    IntVector v3 = LOW_8.selectFrom(u3, u11);
    IntVector v11 = HIGH_8.selectFrom(u3, u11);
    IntVector v4 = LOW_8.selectFrom(u4, u12);
    IntVector v12 = HIGH_8.selectFrom(u4, u12);
    IntVector v5 = LOW_8.selectFrom(u5, u13);
    IntVector v13 = HIGH_8.selectFrom(u5, u13);
    IntVector v6 = LOW_8.selectFrom(u6, u14);
    IntVector v14 = HIGH_8.selectFrom(u6, u14);
    IntVector v7 = LOW_8.selectFrom(u7, u15);
    IntVector v15 = HIGH_8.selectFrom(u7, u15);
    v0.intoArray(columns, 0);
    v1.intoArray(columns, 16);
    v2.intoArray(columns, 32);
    v3.intoArray(columns, 48);
    v4.intoArray(columns, 64);
    v5.intoArray(columns, 80);
    v6.intoArray(columns, 96);
    v7.intoArray(columns, 112);
    v8.intoArray(columns, 128);
    v9.intoArray(columns, 144);
    v10.intoArray(columns, 160);
    v11.intoArray(columns, 176);
    v12.intoArray(columns, 192);
    v13.intoArray(columns, 208);
    v14.intoArray(columns, 224);
    v15.intoArray(columns, 240);
  }

  /** The selector of one half of the rows that {@code size} exchanges. */
  private static IntVector interleave(int size, boolean high) {
    int[] selector = new int[LANES];
    for (int column = 0; column < LANES; column++) {
      boolean fromSecond = (column / size & 1) != 0;
      int kept = column + (fromSecond ? LANES : 0);
      if (high) {
        selector[column] = fromSecond ? kept : column + size;
      } else {
        selector[column] = fromSecond ? kept - size : kept;
      }
    }
    return IntVector.fromArray(WORDS, selector, 0);
  }
}
