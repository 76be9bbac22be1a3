package dev.sealift.vmm;

import dev.sealift.abi.kvm.KvmSegment;
import dev.sealift.abi.kvm.KvmSregs;
import java.lang.foreign.MemorySegment;

/**
 * The special registers of a guest that starts in 64-bit mode in ring 0, with descriptors by which
 * it can go down to ring 3: straight code there runs natively wherever there is KVM; ring 0 is
 * emulated on some hosts.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 2, chapters 3 and 4.
 */
final class LongMode {
  /** PE and PG. */
  private static final long CR0 = 0x8000_0001L;

  /** PAE. */
  private static final long CR4 = 0x20;

  /** LME and LMA. */
  private static final long EFER = 0x500;

  private static final int CODE = 11;
  private static final int DATA = 3;

  private static final int CODE_SELECTOR = 0x08;
  private static final int DATA_SELECTOR = 0x10;

  /** None, then code and data of ring 0 and of ring 3. */
  private static final int DESCRIPTORS = 5;

  private LongMode() {}

  static void enter(MemorySegment sregs, long pageTableRoot, long descriptorTable) {
    KvmSegment code = new KvmSegment(0, -1, CODE_SELECTOR, CODE, 1, 0, 0, 1, 1, 1, 0, 0);
    KvmSegment data = new KvmSegment(0, -1, DATA_SELECTOR, DATA, 1, 0, 1, 1, 0, 1, 0, 0);
    for (KvmSregs.Segment segment : KvmSregs.Segment.values()) {
      (segment == KvmSregs.Segment.CS ? code : data).write(segment.in(sregs));
    }
    KvmSregs.GDT_BASE.set(sregs, descriptorTable);
    KvmSregs.GDT_LIMIT.set(sregs, DESCRIPTORS * Long.BYTES - 1);
    KvmSregs.CR0.set(sregs, KvmSregs.CR0.get(sregs) | CR0);
    KvmSregs.CR3.set(sregs, pageTableRoot);
    KvmSregs.CR4.set(sregs, KvmSregs.CR4.get(sregs) | CR4);
    KvmSregs.EFER.set(sregs, EFER);
  }
}
