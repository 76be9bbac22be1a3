package dev.sealift.migration;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import dev.sealift.vmm.guest.Replay;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/**
 * Looks for a guest's private memory where it must not be: for every 16-byte block of it, at every
 * offset of what was captured. Blocks that say nothing (a handful of different bytes) do not count.
 */
final class PlaintextSearch {
  private static final int BLOCK = 16;
  private static final int LEAST_DIFFERENT_BYTES = 6;
  private static final int TABLE_BITS = 22;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Open addressing: the first halves of the blocks, and at the same places the second ones. */
  private final long[] firsts = new long[1 << TABLE_BITS];

  private final long[] seconds = new long[1 << TABLE_BITS];
  private int blocks;

  private PlaintextSearch() {}

  /** What the guest's private pages held after so many steps; the exchange range is left out. */
  static PlaintextSearch of(Plan plan, long steps, PageSet shared) {
    var search = new PlaintextSearch();
    var replay = new Replay(plan);
    replay.advance(steps);
    byte[] page = new byte[Pages.SIZE];
    long exchange = PseudoRandomWriter.EXCHANGE >> Pages.SHIFT;
    for (long gfn = 0; gfn < shared.pages(); gfn++) {
      boolean exchanged = gfn >= exchange && gfn < exchange + PseudoRandomWriter.EXCHANGE_PAGES;
      if (!shared.contains(gfn) && !exchanged) {
        replay.expectedPage(gfn, page);
        search.add(page);
      }
    }
    return search;
  }

  private void add(byte[] page) {
    for (int i = 0; i < page.length; i += BLOCK) {
      if (tells(page, i)) {
        long first = (long) LONG.get(page, i);
        int slot = slot(first);
        blocks += firsts[slot] == 0 ? 1 : 0;
        firsts[slot] = first;
        seconds[slot] = (long) LONG.get(page, i + 8);
      }
    }
  }

  private int slot(long first) {
    int slot = (int) ((first * 0x9E3779B97F4A7C15L) >>> (64 - TABLE_BITS));
    while (firsts[slot] != 0 && firsts[slot] != first) {
      slot = (slot + 1) & (firsts.length - 1);
    }
    return slot;
  }

  private static boolean tells(byte[] page, int offset) {
    if ((long) LONG.get(page, offset) == 0) {
      return false;
    }
    long seen = 0;
    for (int i = offset; i < offset + BLOCK; i++) {
      seen |= 1L << (page[i] & 63);
    }
    return Long.bitCount(seen) >= LEAST_DIFFERENT_BYTES;
  }

  int blocks() {
    return blocks;
  }

  /** The first offset at which a block stands. */
  OptionalLong findIn(byte[] captured) {
    for (int i = 0; i + BLOCK <= captured.length; i++) {
      long first = (long) LONG.get(captured, i);
      int slot = slot(first);
      if (first != 0
          && firsts[slot] == first
          && seconds[slot] == (long) LONG.get(captured, i + 8)) {
        return OptionalLong.of(i);
      }
    }
    return OptionalLong.empty();
  }
}
