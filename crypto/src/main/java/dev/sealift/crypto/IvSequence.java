package dev.sealift.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The IVs under one TEK: no two packets ever use the same counter block.
 *
 * <p>An IV is the first value of a 128-bit big-endian counter that the cipher steps once for every
 * 16 bytes. The sequence starts at a random 128-bit number S. A packet of n blocks takes the next n
 * numbers: the first packet S to S+n-1, the second those after, modulo 2^128. The place in the
 * sequence is a 64-bit count that is never allowed to pass 2^63, so the ranges are disjoint by
 * construction, whichever threads and engines draw from the sequence, and no packet costs a call of
 * the random source.
 */
public final class IvSequence {

  /** Bytes of an IV. */
  public static final int SIZE = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final long startHigh;
  private final long startLow;
  private final AtomicLong blocksTaken;

  /** A sequence that starts at a given 128-bit big-endian number. */
  IvSequence(byte[] start) {
    this(start, 0);
  }

  /** A sequence of which some blocks are taken already. */
  IvSequence(byte[] start, long blocksTaken) {
    startHigh = (long) LONG.get(start, 0);
    startLow = (long) LONG.get(start, Long.BYTES);
    this.blocksTaken = new AtomicLong(blocksTaken);
  }

  /** A sequence that starts at a random number. */
  public static IvSequence random(SecureRandom random) {
    byte[] start = new byte[SIZE];
    random.nextBytes(start);
    return new IvSequence(start);
  }

  /**
   * Writes the IV for a packet, 16 bytes, and sets aside the counter values that its data needs.
   * Safe for use by many threads.
   *
   * @param dataBytes length of the packet's data, more than 0
   * @param into where the IV goes
   * @param offset where in that array
   * @throws IllegalStateException when 2^63 blocks have been taken, which no guest lives to see
   */
  public void next(int dataBytes, byte[] into, int offset) {
    if (dataBytes <= 0) {
      throw new IllegalArgumentException("a packet has at least one byte of data");
    }
    long blocks = (dataBytes - 1L) / AesCtr.BLOCK + 1;
    long place = blocksTaken.getAndAdd(blocks);
    if (place < 0) {
      blocksTaken.set(Long.MIN_VALUE);
      throw new IllegalStateException("the transport key is worn out: no counter value is left");
    }
    writeSum(startHigh, startLow, place, into, offset);
  }

  /**
   * Writes the IV that lies a number of blocks after another, modulo 2^128.
   *
   * @param iv the other, 16 bytes
   * @param blocks how far on, 0 or more
   */
  static void advance(byte[] iv, long blocks, byte[] into, int offset) {
    writeSum((long) LONG.get(iv, 0), (long) LONG.get(iv, Long.BYTES), blocks, into, offset);
  }

  /** Whether one IV lies exactly so many blocks after another in the same array. */
  static boolean follows(byte[] ivs, int before, int after, long blocks) {
    long low = (long) LONG.get(ivs, before + Long.BYTES);
    return (long) LONG.get(ivs, after) == (long) LONG.get(ivs, before) + carry(low, blocks)
        && (long) LONG.get(ivs, after + Long.BYTES) == low + blocks;
  }

  private static void writeSum(long high, long low, long blocks, byte[] into, int offset) {
    LONG.set(into, offset, high + carry(low, blocks));
    LONG.set(into, offset + Long.BYTES, low + blocks);
  }

  /** What the lower half of a 128-bit number carries over when so much is added. */
  private static long carry(long low, long blocks) {
    return Long.compareUnsigned(low + blocks, low) < 0 ? 1 : 0;
  }
}
