package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * What CPUID answers for one function; {@code struct kvm_cpuid2} is a count, padding, and an array
 * of these.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param function what the guest puts into eax
 * @param index what it puts into ecx, where {@link #SIGNIFICANT_INDEX} is set
 * @param flags {@link #SIGNIFICANT_INDEX} or 0
 * @param eax the answer
 * @param ebx the answer
 * @param ecx the answer
 * @param edx the answer
 */
public record KvmCpuidEntry(
    int function, int index, int flags, int eax, int ebx, int ecx, int edx) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_cpuid_entry2");
  private static final Field.U32 FUNCTION = STRUCT.u32("function");
  private static final Field.U32 INDEX = STRUCT.u32("index");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U32 EAX = STRUCT.u32("eax");
  private static final Field.U32 EBX = STRUCT.u32("ebx");
  private static final Field.U32 ECX = STRUCT.u32("ecx");
  private static final Field.U32 EDX = STRUCT.u32("edx");

  /** 40 bytes. */
  public static final StructLayout LAYOUT = STRUCT.reserved(12).size(40);

  /** Bytes of {@code struct kvm_cpuid2} before its entries: their count, and padding. */
  public static final int HEADER_SIZE = 8;

  /** {@link #flags}: the answer depends on ecx. */
  public static final int SIGNIFICANT_INDEX = 1;

  /** Reads the struct from the first 40 bytes of a segment. */
  public static KvmCpuidEntry read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmCpuidEntry(
        FUNCTION.get(struct),
        INDEX.get(struct),
        FLAGS.get(struct),
        EAX.get(struct),
        EBX.get(struct),
        ECX.get(struct),
        EDX.get(struct));
  }

  /** Writes the struct into the first 40 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    FUNCTION.set(struct, function);
    INDEX.set(struct, index);
    FLAGS.set(struct, flags);
    EAX.set(struct, eax);
    EBX.set(struct, ebx);
    ECX.set(struct, ecx);
    EDX.set(struct, edx);
  }

  /** Whether this is the answer to a function and index. */
  public boolean answers(int toFunction, int toIndex) {
    return function == toFunction && ((flags & SIGNIFICANT_INDEX) == 0 || index == toIndex);
  }

  /** The same answer with these bits set in eax. */
  public KvmCpuidEntry withEax(int bits) {
    return new KvmCpuidEntry(function, index, flags, eax | bits, ebx, ecx, edx);
  }
}
