package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The argument of KVM_GET_MSRS and KVM_SET_MSRS, a list of model-specific registers: {@code struct
 * kvm_msrs}, which is their count and padding, and then as many {@code struct kvm_msr_entry}, each
 * a register's number and what it holds.
 *
 * <p>Source: asm/kvm.h.
 */
public final class KvmMsrs {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_msrs");
  private static final Field.U32 NMSRS = STRUCT.u32("nmsrs");
  private static final StructLayout.Builder ENTRY = StructLayout.natural("kvm_msr_entry");
  private static final Field.U32 INDEX = ENTRY.u32("index");
  private static final Field.U64 DATA = ENTRY.reserved(4).u64("data");

  /** What stands before the entries: 8 bytes. */
  public static final StructLayout LAYOUT = STRUCT.reserved(4).size(8);

  /** An entry: 16 bytes. */
  public static final StructLayout ENTRY_LAYOUT = ENTRY.size(16);

  /** KVM takes shorter lists than this. */
  public static final int LIMIT = 256;

  private KvmMsrs() {}

  /** Bytes of so many entries. */
  public static int entriesSize(int count) {
    return count * ENTRY_LAYOUT.size();
  }

  /** How many entries the list says it has. */
  public static long count(MemorySegment list) {
    return NMSRS.getUnsigned(list);
  }

  public static void setCount(MemorySegment list, int count) {
    NMSRS.set(list, count);
  }

  /** The entries of a list that lies in one piece. */
  public static MemorySegment entries(MemorySegment list) {
    return list.asSlice(LAYOUT.size());
  }

  /** One of the entries, by its position. */
  public static MemorySegment entry(MemorySegment entries, int position) {
    return entries.asSlice((long) position * ENTRY_LAYOUT.size(), ENTRY_LAYOUT.size());
  }

  /** The number of an entry's register. */
  public static int index(MemorySegment entry) {
    return INDEX.get(entry);
  }

  public static void setIndex(MemorySegment entry, int index) {
    INDEX.set(entry, index);
  }

  /** What an entry's register holds. */
  public static long data(MemorySegment entry) {
    return DATA.get(entry);
  }

  public static void setData(MemorySegment entry, long data) {
    DATA.set(entry, data);
  }
}
