package dev.sealift.kernel;

import java.lang.foreign.MemorySegment;

/** Memory of the kernel that the Secure Processor can reach. */
final class KernelBuffer implements AutoCloseable {
  private final PhysicalMemory physicalMemory;
  private final MemorySegment bytes;
  private final Frames frames;

  KernelBuffer(PhysicalMemory physicalMemory, MemorySegment bytes, Frames frames) {
    this.physicalMemory = physicalMemory;
    this.bytes = bytes;
    this.frames = frames;
  }

  MemorySegment bytes() {
    return bytes;
  }

  /** The physical address of the first byte, without encryption bit. */
  long address() {
    return frames.address();
  }

  @Override
  public void close() {
    physicalMemory.detach(frames);
  }
}
