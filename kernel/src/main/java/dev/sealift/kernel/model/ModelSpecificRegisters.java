package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmMsrs;
import dev.sealift.abi.kvm.ResetState;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The model-specific registers of a vCPU (KVM_GET_MSRS, KVM_SET_MSRS): those that a VMM carries
 * from host to host. They keep what is written; the time stamp counter stands still. Guarded by the
 * vCPU's lock.
 *
 * <p>Source: AMD64 architecture manual, volume 2, model-specific registers; asm/kvm.h.
 */
final class ModelSpecificRegisters {

  /** The registers that there are, with what each holds after a reset. */
  private enum Register {
    TSC(0x10, 0),
    SYSENTER_CS(0x174, 0),
    SYSENTER_ESP(0x175, 0),
    SYSENTER_EIP(0x176, 0),
    PAT(0x277, ResetState.PAT),
    STAR(0xC000_0081, 0),
    LSTAR(0xC000_0082, 0),
    CSTAR(0xC000_0083, 0),
    SFMASK(0xC000_0084, 0),
    FS_BASE(0xC000_0100, 0),
    GS_BASE(0xC000_0101, 0),
    KERNEL_GS_BASE(0xC000_0102, 0);

    private final int number;
    private final long atReset;

    Register(int number, long atReset) {
      this.number = number;
      this.atReset = atReset;
    }
  }

  private final Map<Integer, Long> values = new HashMap<>();

  /** As after a reset. */
  ModelSpecificRegisters() {
    for (Register register : Register.values()) {
      values.put(register.number, register.atReset);
    }
  }

  /** What a register holds; empty where there is none. */
  OptionalLong read(int index) {
    Long value = values.get(index);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** Sets a register; false where there is none. */
  boolean write(int index, long value) {
    return values.replace(index, value) != null;
  }

  /**
   * Fills in the registers that the list at a user address names. Returns how many, and stops at
   * the first that there is not; {@code -EFAULT}; {@code -E2BIG} for 256 and more.
   */
  int get(CallerMemory caller, long address) {
    return walk(caller, address, this::read, true);
  }

  /** Sets the registers in the list at a user address; results as {@link #get}. */
  int set(CallerMemory caller, long address) {
    return walk(caller, address, this::write, false);
  }

  /** Forgets all but what KVM keeps of a guest whose registers are encrypted. */
  void forgetGuests() {
    values.replaceAll((number, value) -> number == Register.TSC.number ? value : 0L);
  }

  private boolean read(MemorySegment entry) {
    OptionalLong value = read(KvmMsrs.index(entry));
    value.ifPresent(present -> KvmMsrs.setData(entry, present));
    return value.isPresent();
  }

  private boolean write(MemorySegment entry) {
    return write(KvmMsrs.index(entry), KvmMsrs.data(entry));
  }

  private static int walk(
      CallerMemory caller, long address, Predicate<MemorySegment> entryKnown, boolean giveBack) {
    MemorySegment header = caller.copyIn(address, KvmMsrs.LAYOUT.size());
    if (header == null) {
      return Errno.EFAULT.negated();
    }
    long count = KvmMsrs.count(header);
    if (count >= KvmMsrs.LIMIT) {
      return Errno.E2BIG.negated();
    }
    long first = address + KvmMsrs.LAYOUT.size();
    MemorySegment entries = caller.copyIn(first, KvmMsrs.entriesSize((int) count));
    if (entries == null) {
      return Errno.EFAULT.negated();
    }
    int done = 0;
    while (done < count && entryKnown.test(KvmMsrs.entry(entries, done))) {
      done++;
    }
    if (giveBack && caller.copyOut(first, entries) != 0) {
      return Errno.EFAULT.negated();
    }
    return done;
  }
}
