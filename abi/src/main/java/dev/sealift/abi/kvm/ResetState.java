package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;

/**
 * What the parts of a vCPU's state hold when it is created. A VMM that reads, changes and writes
 * back, as for the segments of a first entry into long mode, finds what KVM gives it.
 *
 * <p>Source: AMD64 architecture manual, volume 2, processor initialization; layouts of asm/kvm.h.
 */
public final class ResetState {
  /** The page attribute table (MSR 277h). */
  public static final long PAT = 0x0007_0406_0007_0406L;

  private static final Field.U64 RDX = new Field.U64("rdx", 24);
  private static final Field.U64 RIP = new Field.U64("rip", 128);
  private static final Field.U64 RFLAGS = new Field.U64("rflags", 136);
  private static final Field.U16 GDT_LIMIT = new Field.U16("gdt.limit", 200);
  private static final Field.U16 IDT_LIMIT = new Field.U16("idt.limit", 216);
  private static final Field.U64 APIC_BASE = new Field.U64("apic_base", 272);
  private static final Field.U32 NR_XCRS = new Field.U32("nr_xcrs", 0);
  private static final Field.U64 XCR0 = new Field.U64("xcrs[0].value", 16);
  private static final Field.U16 FCW = new Field.U16("fcw", 0);
  private static final Field.U32 MXCSR = new Field.U32("mxcsr", 24);
  private static final Field.U64 DR6 = new Field.U64("dr6", 32);
  private static final Field.U64 DR7 = new Field.U64("dr7", 40);

  private static final int TASK_REGISTER_OFFSET = 144;
  private static final int LOCAL_TABLE_OFFSET = 168;
  private static final int SEGMENT_SIZE = 24;
  private static final int SEGMENT_LIMIT = 0xFFFF;
  private static final int ACCESSED_DATA = 3;
  private static final int ACCESSED_CODE = 11;
  private static final int BUSY_TASK = 11;
  private static final int LOCAL_TABLE = 2;

  private ResetState() {}

  /** The bytes of a part. */
  public static byte[] of(VcpuBlob blob) {
    byte[] bytes = new byte[blob.size()];
    MemorySegment struct = MemorySegment.ofArray(bytes);
    switch (blob) {
      case SREGS -> specialRegisters(struct);
      case XCRS -> {
        NR_XCRS.set(struct, 1);
        XCR0.set(struct, 1);
      }
      case XSAVE -> {
        FCW.set(struct, 0x37F);
        MXCSR.set(struct, 0x1F80);
      }
      case DEBUGREGS -> {
        DR6.set(struct, 0xFFFF_0FF0L);
        DR7.set(struct, 0x400);
      }
      case REGS -> {
        RDX.set(struct, 0x600);
        RIP.set(struct, 0xFFF0);
        RFLAGS.set(struct, 2);
      }
      case VCPU_EVENTS, MP_STATE -> {}
    }
    return bytes;
  }

  private static void specialRegisters(MemorySegment struct) {
    for (KvmSregs.Segment segment : KvmSregs.Segment.values()) {
      boolean code = segment == KvmSregs.Segment.CS;
      segment(code ? 0xFFFF_0000L : 0, code ? 0xF000 : 0, code ? ACCESSED_CODE : ACCESSED_DATA, 1)
          .write(segment.in(struct));
    }
    segment(0, 0, BUSY_TASK, 0).write(struct.asSlice(TASK_REGISTER_OFFSET, SEGMENT_SIZE));
    segment(0, 0, LOCAL_TABLE, 0).write(struct.asSlice(LOCAL_TABLE_OFFSET, SEGMENT_SIZE));
    GDT_LIMIT.set(struct, SEGMENT_LIMIT);
    IDT_LIMIT.set(struct, SEGMENT_LIMIT);
    KvmSregs.CR0.set(struct, 0x6000_0010);
    APIC_BASE.set(struct, 0xFEE0_0900L);
  }

  private static KvmSegment segment(long base, int selector, int type, int codeOrData) {
    return new KvmSegment(base, SEGMENT_LIMIT, selector, type, 1, 0, 0, codeOrData, 0, 0, 0, 0);
  }
}
