package dev.sealift.vmm;

import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Where the structures of system calls lie while the calls run. Each call borrows an arena of its
 * own, so that calls from several threads do not wait for each other; arenas are used again.
 */
final class CallMemory implements AutoCloseable {
  /** The largest call passes four blobs of the size that the kernel accepts. */
  private static final long ARENA_SIZE = 4L * SevLimits.FIRMWARE_BLOB_MAX + 4096;

  private final Host host;
  private final Deque<CallArena> idle = new ArrayDeque<>();
  private boolean closed;

  CallMemory(Host host) {
    this.host = host;
  }

  /** Memory for one call. */
  Frame frame() throws VmmException {
    CallArena arena;
    synchronized (idle) {
      arena = idle.pollLast();
    }
    return new Frame(this, arena == null ? CallArena.allocate(host, ARENA_SIZE) : arena);
  }

  private void giveBack(CallArena arena) {
    arena.reset();
    synchronized (idle) {
      if (!closed) {
        idle.addLast(arena);
        return;
      }
    }
    arena.close();
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(CallArena::close);
      idle.clear();
    }
  }

  /** The memory of one call, given back when the call is over. */
  record Frame(CallMemory owner, CallArena arena) implements AutoCloseable {

    /** A zeroed structure. */
    MemorySegment take(long bytes) {
      return arena.take(bytes);
    }

    /** A copy of bytes; no memory at all, address zero, for null. */
    MemorySegment copy(byte @Nullable [] bytes) {
      if (bytes == null) {
        return MemorySegment.NULL;
      }
      MemorySegment copy = arena.take(bytes.length);
      MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return copy;
    }

    @Override
    public void close() {
      owner.giveBack(arena);
    }
  }
}
