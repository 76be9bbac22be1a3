package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/** The kernel's allocator: zeroed, physically contiguous memory. */
final class KernelMemory {
  /** The most that one allocation gives, in bytes. */
  static final long MAXIMUM = 4L << 20;

  private final PhysicalMemory physicalMemory;

  KernelMemory(PhysicalMemory physicalMemory) {
    this.physicalMemory = physicalMemory;
  }

  /** Zeroed memory of so many bytes; refused with {@code -ENOMEM} above {@link #MAXIMUM}. */
  KernelBuffer allocate(long length) throws Refusal {
    return allocate(length, Pages.SIZE);
  }

  KernelBuffer allocate(long length, long alignment) throws Refusal {
    if (length > MAXIMUM) {
      throw new Refusal(Errno.ENOMEM);
    }
    MemorySegment bytes;
    try {
      bytes = MemorySegment.ofArray(new byte[(int) length]);
    } catch (OutOfMemoryError heapIsFull) {
      throw new Refusal(Errno.ENOMEM);
    }
    Frames frames = physicalMemory.attach(bytes, alignment);
    if (frames == null) {
      throw new Refusal(Errno.ENOMEM);
    }
    return new KernelBuffer(physicalMemory, bytes, frames);
  }

  /**
   * A copy of a blob of user space for the firmware. A null address, an empty blob and one above
   * {@link SevLimits#FIRMWARE_BLOB_MAX} are {@code -EINVAL}, unreadable memory is {@code -EFAULT}.
   */
  KernelBuffer copyOf(UserMemory user, long address, long length) throws Refusal {
    if (address == 0 || length == 0 || length > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new Refusal(Errno.EINVAL);
    }
    KernelBuffer blob = allocate(length);
    if (!user.read(address, blob.bytes())) {
      blob.close();
      throw new Refusal(Errno.EFAULT);
    }
    return blob;
  }
}
