package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The system calls of a host, on which a hostile hypervisor can lay its hands: it sees every ioctl
 * after it was answered, and can change what the answer wrote.
 */
public final class HostileCalls implements SystemCalls {

  /** What a hostile hypervisor does once an ioctl was answered. */
  public interface Tampering {
    /** Nothing. */
    Tampering NONE = (request, argument, calls) -> {};

    /**
     * An ioctl was answered.
     *
     * @param request its number
     * @param argument the address of its structure
     * @param calls finds the memory behind addresses
     */
    void after(int request, long argument, HostileCalls calls);
  }

  private final SystemCalls below;
  private final Map<Long, MemorySegment> mappings = new ConcurrentSkipListMap<>();
  private volatile Tampering tampering = Tampering.NONE;

  HostileCalls(SystemCalls below) {
    this.below = below;
  }

  /** From here on this is done. */
  public void tamper(Tampering with) {
    tampering = with;
  }

  /** The mapped memory from an address on. */
  public MemorySegment memoryAt(long address) {
    for (MemorySegment mapping : mappings.values()) {
      long offset = address - mapping.address();
      if (offset >= 0 && offset < mapping.byteSize()) {
        return mapping.asSlice(offset);
      }
    }
    throw new IllegalArgumentException("nothing is mapped at 0x" + Long.toHexString(address));
  }

  @Override
  public int open(String path, int flags) {
    return below.open(path, flags);
  }

  @Override
  public int close(int fd) {
    return below.close(fd);
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    int result = below.ioctl(fd, request, argument);
    if (result >= 0) {
      tampering.after(request, argument, this);
    }
    return result;
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    MapResult result = below.mmap(length, protection, flags, fd, offset);
    if (result instanceof MapResult.Mapped(MemorySegment memory)) {
      mappings.put(memory.address(), memory);
    }
    return result;
  }

  @Override
  public int munmap(MemorySegment mapping) {
    mappings.remove(mapping.address());
    return below.munmap(mapping);
  }
}
