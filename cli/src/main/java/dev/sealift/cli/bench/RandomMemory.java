package dev.sealift.cli.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ThreadLocalRandom;

/** Memory that nothing can compress. */
final class RandomMemory {
  private RandomMemory() {}

  /** Fills memory, a multiple of 8 bytes, with a pseudo-random sequence (xorshift 13, 7, 17). */
  static void fill(MemorySegment memory) {
    long state = ThreadLocalRandom.current().nextLong() | 1;
    for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
      memory.set(ValueLayout.JAVA_LONG, at, state);
    }
  }
}
