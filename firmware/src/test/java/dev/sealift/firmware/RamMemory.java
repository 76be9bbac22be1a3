package dev.sealift.firmware;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Memory of a test machine: one stretch of bytes at a physical address, nothing elsewhere. */
final class RamMemory implements SystemMemory {
  private final long start;
  private final MemorySegment bytes;
  private final AtomicInteger watchedReads = new AtomicInteger();
  private final Set<Long> written = ConcurrentHashMap.newKeySet();
  private volatile boolean watchesWrites;
  private volatile long watched = -1;
  private volatile long lost = -Pages.SIZE;

  RamMemory(long start, int size) {
    this.start = start;
    this.bytes = MemorySegment.ofArray(new byte[size]);
  }

  @Override
  public boolean read(long address, MemorySegment into) {
    if (!holds(address, into.byteSize())) {
      return false;
    }
    if (address == watched) {
      watchedReads.incrementAndGet();
    }
    MemorySegment.copy(bytes, address - start, into, 0, into.byteSize());
    return true;
  }

  /** Counts reads from an address from now on. */
  void watch(long address) {
    watched = address;
    watchedReads.set(0);
  }

  int watchedReads() {
    return watchedReads.get();
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    if (!holds(address, from.byteSize())) {
      return false;
    }
    if (watchesWrites) {
      written.add(address);
    }
    MemorySegment.copy(from, 0, bytes, address - start, from.byteSize());
    return true;
  }

  /** Notes from now on where something is written. */
  void watchWrites() {
    written.clear();
    watchesWrites = true;
  }

  /** The addresses that were written since. */
  Set<Long> written() {
    return written;
  }

  byte[] read(long address, int length) {
    byte[] copy = new byte[length];
    if (!read(address, MemorySegment.ofArray(copy))) {
      throw new AssertionError("the test reads where it has no memory");
    }
    return copy;
  }

  void write(long address, byte[] content) {
    if (!write(address, MemorySegment.ofArray(content))) {
      throw new AssertionError("the test writes where it has no memory");
    }
  }

  /** From now on there is no memory in the page at an address. */
  void lose(long page) {
    lost = page;
  }

  private boolean holds(long address, long length) {
    return address >= start
        && (address >= lost + Pages.SIZE || address + length <= lost)
        && length <= bytes.byteSize()
        && address - start <= bytes.byteSize() - length;
  }
}
