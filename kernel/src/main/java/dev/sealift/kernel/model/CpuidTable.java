package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.kvm.KvmCpuidEntry;
import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;

/**
 * What CPUID answers in a guest: what the VMM said it shall (KVM_SET_CPUID2, KVM_GET_CPUID2).
 * Guarded by the vCPU's lock.
 *
 * <p>Source: struct kvm_cpuid2 of asm/kvm.h.
 */
final class CpuidTable {
  private static final int HEADER_SIZE = KvmCpuidEntry.HEADER_SIZE;
  private static final int ENTRY_SIZE = KvmCpuidEntry.LAYOUT.size();
  private static final Field.U32 NENT = new Field.U32("nent", 0);

  /** KVM_MAX_CPUID_ENTRIES. */
  private static final int ENTRIES_LIMIT = 256;

  private MemorySegment entries = MemorySegment.ofArray(new byte[0]);
  private boolean fixed;

  /** The guest has run: from now on the table may be set to what it is, and to nothing else. */
  void fix() {
    fixed = true;
  }

  /**
   * Takes the table at a user address over. Returns 0; {@code -EFAULT}; {@code -E2BIG} for more
   * than 256 entries; {@code -EINVAL} for another table once the guest has run.
   */
  int set(CallerMemory caller, long address) {
    MemorySegment header = caller.copyIn(address, HEADER_SIZE);
    if (header == null) {
      return Errno.EFAULT.negated();
    }
    long count = NENT.getUnsigned(header);
    if (count > ENTRIES_LIMIT) {
      return Errno.E2BIG.negated();
    }
    MemorySegment table = caller.copyIn(address + HEADER_SIZE, (int) count * ENTRY_SIZE);
    if (table == null) {
      return Errno.EFAULT.negated();
    }
    if (fixed && (table.byteSize() != entries.byteSize() || table.mismatch(entries) >= 0)) {
      return Errno.EINVAL.negated();
    }
    entries = table;
    return 0;
  }

  /** What the guest gets: zeros for what is not in the table. */
  GuestMachine.Cpuid answer(int function, int index) {
    for (long at = 0; at < entries.byteSize(); at += ENTRY_SIZE) {
      KvmCpuidEntry entry = KvmCpuidEntry.read(entries.asSlice(at, ENTRY_SIZE));
      if (entry.answers(function, index)) {
        return new GuestMachine.Cpuid(entry.eax(), entry.ebx(), entry.ecx(), entry.edx());
      }
    }
    return new GuestMachine.Cpuid(0, 0, 0, 0);
  }

  /**
   * Gives the table to the caller. Returns 0; {@code -EFAULT}; {@code -E2BIG} if there is less
   * room.
   */
  int get(CallerMemory caller, long address) {
    MemorySegment header = caller.copyIn(address, HEADER_SIZE);
    if (header == null) {
      return Errno.EFAULT.negated();
    }
    int count = (int) (entries.byteSize() / ENTRY_SIZE);
    if (NENT.getUnsigned(header) < count) {
      return Errno.E2BIG.negated();
    }
    NENT.set(header, count);
    int result = caller.copyOut(address + HEADER_SIZE, entries);
    return result == 0 ? caller.copyOut(address, header) : result;
  }
}
