package dev.sealift.kernel.model;

import dev.sealift.abi.kvm.KvmSegment;
import dev.sealift.abi.kvm.KvmSregs;
import dev.sealift.abi.svm.SaveArea;
import dev.sealift.abi.svm.SegmentRegister;
import java.lang.foreign.MemorySegment;

/**
 * What a vCPU's special registers say about the code in it.
 *
 * <p>Source: AMD64 architecture manual, volume 2, chapters 1.3 and 4.9.
 *
 * @param privilegeLevel 0 to 3: that of the stack segment
 * @param is64Bit whether it is 64-bit code, in long mode
 */
record ProcessorMode(int privilegeLevel, boolean is64Bit) {
  private static final long LONG_MODE_ACTIVE = 0x400;

  /** Reads struct kvm_sregs. */
  static ProcessorMode of(MemorySegment sregs) {
    KvmSegment code = KvmSegment.read(KvmSregs.Segment.CS.in(sregs));
    KvmSegment stack = KvmSegment.read(KvmSregs.Segment.SS.in(sregs));
    boolean longMode = (KvmSregs.EFER.get(sregs) & LONG_MODE_ACTIVE) != 0;
    return new ProcessorMode(stack.dpl() & 3, longMode && code.l() != 0);
  }

  /** Reads the VMSA of a vCPU whose registers are encrypted. */
  static ProcessorMode ofVmsa(MemorySegment vmsa) {
    SegmentRegister code = SegmentRegister.read(SaveArea.CS.slice(vmsa));
    boolean longMode = (SaveArea.EFER.get(vmsa) & LONG_MODE_ACTIVE) != 0;
    boolean longCode = (code.attributes() & SegmentRegister.LONG) != 0;
    return new ProcessorMode(SaveArea.CPL.get(vmsa) & 3, longMode && longCode);
  }

  /** As much of a value as code in this mode passes and gets. */
  long truncate(long value) {
    return is64Bit ? value : Integer.toUnsignedLong((int) value);
  }
}
