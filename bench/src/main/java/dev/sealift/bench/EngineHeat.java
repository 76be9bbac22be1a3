package dev.sealift.bench;

import com.sun.management.ThreadMXBean;
import dev.sealift.abi.Pages;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.TransportKeys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.util.Random;

/**
 * One engine at work on native memory: it seals pages of a 16 MiB guest into 64 slots, or opens
 * packets from the slots into the guest's pages. Belongs to one thread at a time.
 */
final class EngineHeat implements AutoCloseable {
  private static final int GUEST_PAGES = 4096;
  private static final int SLOTS = 64;
  private static final int HEADER_STRIDE = 64;
  private static final int LARGE_PAGE = 2 << 20;

  private final Arena arena = Arena.ofShared();
  private final TransportKeys keys = TransportKeys.random(new SecureRandom());
  private final PacketEngine engine;
  private final MemorySegment[] guest;
  private final MemorySegment[] ciphers;
  private final MemorySegment[] headers;
  private final MemorySegment[] group = new MemorySegment[SLOTS];
  private int next;

  EngineHeat(EngineKind kind) {
    engine = kind.open(keys);
    guest = slices(GUEST_PAGES, Pages.SIZE, Pages.SIZE);
    ciphers = slices(SLOTS, Pages.SIZE, Pages.SIZE);
    headers = slices(SLOTS, HEADER_STRIDE, PacketHeader.SIZE);
    byte[] content = new byte[Pages.SIZE];
    Random random = new Random(1);
    for (MemorySegment page : guest) {
      random.nextBytes(content);
      MemorySegment.copy(content, 0, page, ValueLayout.JAVA_BYTE, 0, content.length);
    }
    engine.sealPages(PacketEngine.DATA, guest, ciphers, headers, SLOTS);
  }

  private MemorySegment[] slices(int count, int stride, int size) {
    MemorySegment all = arena.allocate((long) count * stride, LARGE_PAGE);
    MemorySegment[] slices = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      slices[i] = all.asSlice((long) i * stride, size);
    }
    return slices;
  }

  /** What came of some time of work. */
  record Result(long pages, long nanos, long garbageBytes) {
    double gigabytesPerSecond() {
      return (double) pages * Pages.SIZE / nanos;
    }

    double garbageBytesPerPage() {
      return (double) garbageBytes / pages;
    }
  }

  /** Works for about so long. */
  Result run(PacketOperation operation, long nanos) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long garbage = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    long pages = 0;
    do {
      System.arraycopy(guest, next, group, 0, SLOTS);
      next = (next + SLOTS) % GUEST_PAGES;
      if (operation == PacketOperation.SEAL) {
        engine.sealPages(PacketEngine.DATA, group, ciphers, headers, SLOTS);
      } else if (engine.openPages(PacketEngine.DATA, headers, ciphers, group, SLOTS) < SLOTS) {
        throw new IllegalStateException("a packet that this engine sealed does not open");
      }
      pages += SLOTS;
    } while (System.nanoTime() - start < nanos);
    return new Result(
        pages, System.nanoTime() - start, threads.getCurrentThreadAllocatedBytes() - garbage);
  }

  @Override
  public void close() {
    engine.close();
    keys.close();
    arena.close();
  }
}
