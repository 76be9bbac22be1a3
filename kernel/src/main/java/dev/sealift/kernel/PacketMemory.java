package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's copy of one part of a packet, header or ciphertext. Packets come by the hundred
 * thousand, so the memory is kept from one to the next; only what is larger than any packet that
 * the firmware makes is allocated for its call alone. Used under the VM's lock.
 */
final class PacketMemory implements AutoCloseable {
  private final KernelMemory memory;
  private @Nullable KernelBuffer kept;
  private @Nullable KernelBuffer large;

  PacketMemory(KernelMemory memory) {
    this.memory = memory;
  }

  /**
   * Room of so many bytes, all zero, so that nothing old goes out where the firmware wrote less.
   */
  KernelBuffer zeroed(long length) throws Refusal {
    KernelBuffer buffer = room(length);
    buffer.bytes().asSlice(0, length).fill((byte) 0);
    return buffer;
  }

  /** A copy of user memory; the same refusals as {@link KernelMemory#copyOf}. */
  KernelBuffer copyOf(UserMemory user, long address, long length) throws Refusal {
    if (address == 0 || length == 0 || length > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new Refusal(Errno.EINVAL);
    }
    KernelBuffer buffer = room(length);
    if (!user.read(address, buffer.bytes().asSlice(0, length))) {
      throw new Refusal(Errno.EFAULT);
    }
    return buffer;
  }

  /**
   * Whether guest memory runs from one page into the next.
   *
   * @param length an unsigned 32-bit number widened to 64 bits, so that nothing wraps
   */
  static boolean crossesPage(long address, long length) {
    return Pages.offset(address) + length > Pages.SIZE;
  }

  /** Copies the first bytes of the memory in use to user space. */
  static void copyOut(UserMemory user, KernelBuffer buffer, long address, long length)
      throws Refusal {
    MemorySegment bytes = buffer.bytes();
    if (!user.write(address, bytes.asSlice(0, length))) {
      throw new Refusal(Errno.EFAULT);
    }
  }

  /** Ends a call: what was allocated for it alone goes. */
  void release() {
    if (large != null) {
      large.close();
      large = null;
    }
  }

  @Override
  public void close() {
    release();
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }

  private KernelBuffer room(long length) throws Refusal {
    if (length > SevLimits.FIRMWARE_BLOB_MAX) {
      release();
      KernelBuffer buffer = memory.allocate(length);
      large = buffer;
      return buffer;
    }
    KernelBuffer buffer = kept;
    if (buffer == null) {
      buffer = memory.allocate(SevLimits.FIRMWARE_BLOB_MAX);
      kept = buffer;
    }
    return buffer;
  }
}
