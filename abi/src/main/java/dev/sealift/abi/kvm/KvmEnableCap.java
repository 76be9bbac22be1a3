package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The argument of KVM_ENABLE_CAP.
 *
 * <p>Source: linux/kvm.h, asm/kvm.h.
 *
 * @param cap capability number
 * @param flags zero
 * @param args four 64-bit arguments
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of a struct, copied in and out
public record KvmEnableCap(int cap, int flags, byte[] args) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_enable_cap");
  private static final Field.U32 CAP = STRUCT.u32("cap");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.Bytes ARGS = STRUCT.bytes("args", 32);

  /** 104 bytes. */
  public static final StructLayout LAYOUT = STRUCT.reserved(64).size(104);

  /** Reads the struct from the first 104 bytes of a segment. */
  public static KvmEnableCap read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmEnableCap(CAP.get(struct), FLAGS.get(struct), ARGS.get(struct));
  }

  /** Writes the struct into the first 104 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    CAP.set(struct, cap);
    FLAGS.set(struct, flags);
    ARGS.set(struct, args);
  }
}
