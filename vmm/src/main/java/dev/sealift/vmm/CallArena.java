package dev.sealift.vmm;

import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls.MapResult;
import java.lang.foreign.MemorySegment;

/**
 * Memory that the kernel can reach: packets and the structures of calls lie here. Any thread may
 * read and write it; {@link #take} and {@link #reset} belong to one thread at a time.
 */
public final class CallArena implements AutoCloseable {
  private static final int ALIGNMENT = 16;

  private final Host host;
  private final MemorySegment segment;
  private long taken;
  private boolean closed;

  private CallArena(Host host, MemorySegment segment) {
    this.host = host;
    this.segment = segment;
  }

  /** Maps zeroed memory, rounded up to whole pages. */
  public static CallArena allocate(Host host, long bytes) throws VmmException {
    long length = Pages.base(bytes + Pages.SIZE - 1);
    return switch (host.calls()
        .mmap(
            length,
            MapFlags.PROT_READ | MapFlags.PROT_WRITE,
            MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS,
            -1,
            0)) {
      case MapResult.Mapped(MemorySegment memory) -> new CallArena(host, memory);
      case MapResult.Refused(var errno) ->
          throw VmmException.ofCall("mmap", length + " bytes", errno);
    };
  }

  /** All of it. */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * The next piece, zeroed and 16-byte aligned.
   *
   * @throws IllegalStateException if there is no room left
   */
  public MemorySegment take(long bytes) {
    if (bytes < 0 || bytes > segment.byteSize() - taken) {
      throw new IllegalStateException(
          "%d bytes asked for, %d left".formatted(bytes, segment.byteSize() - taken));
    }
    MemorySegment piece = segment.asSlice(taken, bytes).fill((byte) 0);
    taken = Math.min(segment.byteSize(), (taken + bytes + ALIGNMENT - 1) & -ALIGNMENT);
    return piece;
  }

  /** Takes every piece back. */
  public void reset() {
    taken = 0;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      host.calls().munmap(segment);
    }
  }
}
