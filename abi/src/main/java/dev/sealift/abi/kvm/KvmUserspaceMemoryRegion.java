package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * A memory slot.
 *
 * <p>Source: linux/kvm.h, asm/kvm.h.
 *
 * @param slot slot number
 * @param flags bit 0: log dirty pages
 * @param guestPhysAddr first guest physical address
 * @param memorySize bytes; zero deletes the slot
 * @param userspaceAddr where the memory is in the VMM
 */
public record KvmUserspaceMemoryRegion(
    int slot, int flags, long guestPhysAddr, long memorySize, long userspaceAddr) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.natural("kvm_userspace_memory_region");
  private static final Field.U32 SLOT = STRUCT.u32("slot");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U64 GUEST_PHYS_ADDR = STRUCT.u64("guest_phys_addr");
  private static final Field.U64 MEMORY_SIZE = STRUCT.u64("memory_size");
  private static final Field.U64 USERSPACE_ADDR = STRUCT.u64("userspace_addr");

  /** 32 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(32);

  /** Reads the struct from the first 32 bytes of a segment. */
  public static KvmUserspaceMemoryRegion read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmUserspaceMemoryRegion(
        SLOT.get(struct),
        FLAGS.get(struct),
        GUEST_PHYS_ADDR.get(struct),
        MEMORY_SIZE.get(struct),
        USERSPACE_ADDR.get(struct));
  }

  /** Writes the struct into the first 32 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    SLOT.set(struct, slot);
    FLAGS.set(struct, flags);
    GUEST_PHYS_ADDR.set(struct, guestPhysAddr);
    MEMORY_SIZE.set(struct, memorySize);
    USERSPACE_ADDR.set(struct, userspaceAddr);
  }
}
