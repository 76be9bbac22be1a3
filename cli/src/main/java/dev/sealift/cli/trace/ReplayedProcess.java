package dev.sealift.cli.trace;

import dev.sealift.abi.Pages;
import dev.sealift.kernel.ForeignCaller;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A process of a trace, as the kernel in software sees it: it has what the trace says that it had
 * during a call. Bytes that nobody has told or written are random, and the same whenever they are
 * read.
 */
final class ReplayedProcess implements ForeignCaller, UserMemory {
  private final Map<Long, byte[]> pages = new HashMap<>();
  private final long seed;
  private final PageBudget budget;
  private List<Span> spans = List.of();
  private final Map<Integer, Boolean> sevOpen = new HashMap<>();

  /**
   * @param seed of the bytes that nobody has told
   * @param budget gives the pages that are written to
   */
  ReplayedProcess(long seed, PageBudget budget) {
    this.seed = seed;
    this.budget = budget;
  }

  /**
   * A call begins.
   *
   * @param spans what the process has
   */
  void calls(List<Span> spans) {
    this.spans = new ArrayList<>(spans);
  }

  /** From now on a descriptor is an open /dev/sev, or is not. */
  void descriptor(int fd, boolean open) {
    sevOpen.put(fd, open);
  }

  /** Puts bytes into its memory, whether the call may write there or not. */
  void put(long address, byte[] bytes) {
    copyIn(address, MemorySegment.ofArray(bytes));
  }

  @Override
  public boolean read(long address, MemorySegment into) {
    if (!has(address, into.byteSize(), Access.READ)) {
      return false;
    }
    for (long done = 0; done < into.byteSize(); ) {
      long at = address + done;
      int offset = Pages.offset(at);
      long size = Math.min(Pages.SIZE - offset, into.byteSize() - done);
      byte[] page = pages.get(Pages.base(at));
      MemorySegment.copy(
          MemorySegment.ofArray(page == null ? random(at) : page), offset, into, done, size);
      done += size;
    }
    return true;
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    if (!has(address, from.byteSize(), Access.WRITE)) {
      return false;
    }
    copyIn(address, from);
    return true;
  }

  private void copyIn(long address, MemorySegment from) {
    for (long done = 0; done < from.byteSize(); ) {
      long at = address + done;
      int offset = Pages.offset(at);
      long size = Math.min(Pages.SIZE - offset, from.byteSize() - done);
      byte[] page = pages.computeIfAbsent(Pages.base(at), this::taken);
      MemorySegment.copy(from, done, MemorySegment.ofArray(page), offset, size);
      done += size;
    }
  }

  private byte[] taken(long address) {
    budget.take();
    return random(address);
  }

  private byte[] random(long address) {
    byte[] page = new byte[Pages.SIZE];
    new SplittableRandom(seed ^ Pages.base(address)).nextBytes(page);
    return page;
  }

  private boolean has(long address, long length, Access access) {
    return length == 0 || mappedBytes(address, access) >= length;
  }

  @Override
  public long mappedBytes(long address, Access access) {
    long end = address;
    long more;
    do {
      more = 0;
      for (Span span : spans) {
        more = Math.max(more, span.mapped(end, access));
      }
      end += more;
    } while (more > 0);
    return end - address;
  }

  @Override
  public boolean hasSevOpen(int fd) {
    return sevOpen.getOrDefault(fd, false);
  }

  @Override
  public long physicalAddress(long address, Access access) {
    return NONE;
  }

  @Override
  public long contiguousBytes(long address, Access access) {
    return 0;
  }
}
