package dev.sealift.kernel.model;

import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The general registers of a vCPU, in the order of struct kvm_regs: 0 rax ... 15 r15, 16 rip, 17
 * rflags. Guarded by the vCPU's lock.
 */
final class VcpuRegisters {
  static final int RAX = 0;
  static final int RDX = 3;
  static final int RIP = 16;
  static final int RFLAGS = 17;

  /** The bit of rflags that is always set. */
  private static final long RFLAGS_FIXED = 2;

  private static final ValueLayout.OfLong VALUE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final long[] values = new long[VcpuBlob.REGS.size() / Long.BYTES];

  /** As after a reset (AMD64 architecture manual, volume 2, processor initialization). */
  VcpuRegisters() {
    values[RIP] = 0xFFF0;
    values[RDX] = 0x600;
    values[RFLAGS] = RFLAGS_FIXED;
  }

  /** Leaves nothing behind. */
  void clear() {
    Arrays.fill(values, 0);
  }

  long get(int index) {
    return values[index];
  }

  void set(int index, long value) {
    values[index] = value;
  }

  /** What RDMSR leaves: the low half in eax, the high half in edx, both zero-extended. */
  void setMsrValue(long value) {
    values[RAX] = Integer.toUnsignedLong((int) value);
    values[RDX] = value >>> Integer.SIZE;
  }

  /** Writes struct kvm_regs. */
  void copyTo(MemorySegment struct) {
    for (int i = 0; i < values.length; i++) {
      struct.setAtIndex(VALUE, i, values[i]);
    }
  }

  /** Takes struct kvm_regs over. */
  void copyFrom(MemorySegment struct) {
    for (int i = 0; i < values.length; i++) {
      values[i] = struct.getAtIndex(VALUE, i);
    }
    values[RFLAGS] |= RFLAGS_FIXED;
  }
}
