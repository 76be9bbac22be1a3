package dev.sealift.abi.svm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmSegment;
import dev.sealift.abi.kvm.KvmSregs;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;

/**
 * The page that LAUNCH_UPDATE_VMSA measures for a vCPU, made from the registers that its VMM gave
 * it. KVM makes it so, and so does whoever wants to know the measurement beforehand.
 *
 * <p>What the CPU adds for as long as KVM runs a guest is in it: SVM is on, machine checks are, and
 * the caches are never off.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 2, appendix B; layouts of asm/kvm.h,
 * and of the XSAVE area in volume 2, chapter 11.
 */
public final class LaunchVmsa {

  /** The model-specific registers that are in it, by number. */
  public static final Map<Integer, Field.U64> MSRS =
      Map.ofEntries(
          Map.entry(0xC000_0081, SaveArea.STAR),
          Map.entry(0xC000_0082, SaveArea.LSTAR),
          Map.entry(0xC000_0083, SaveArea.CSTAR),
          Map.entry(0xC000_0084, SaveArea.SFMASK),
          Map.entry(0xC000_0102, SaveArea.KERNEL_GS_BASE),
          Map.entry(0x174, SaveArea.SYSENTER_CS),
          Map.entry(0x175, SaveArea.SYSENTER_ESP),
          Map.entry(0x176, SaveArea.SYSENTER_EIP),
          Map.entry(0x277, SaveArea.G_PAT),
          Map.entry(0xDA0, SaveArea.XSS));

  private static final long EFER_SVME = 1 << 12;
  private static final long CR0_CD_NW = 0x6000_0000;
  private static final long CR4_MCE = 1 << 6;

  private static final int TASK_REGISTER_OFFSET = 144;
  private static final int LOCAL_TABLE_OFFSET = 168;
  private static final int GLOBAL_TABLE_OFFSET = 192;
  private static final int INTERRUPT_TABLE_OFFSET = 208;
  private static final Field.U64 TABLE_BASE = new Field.U64("base", 0);
  private static final Field.U16 TABLE_LIMIT = new Field.U16("limit", 8);
  private static final Field.U64 SREGS_CR2 = new Field.U64("cr2", 232);

  private static final Field.U64 DEBUG_DR6 = new Field.U64("dr6", 32);
  private static final Field.U64 DEBUG_DR7 = new Field.U64("dr7", 40);
  private static final Field.U64 XCRS_XCR0 = new Field.U64("xcrs[0].value", 16);

  private static final Field.U16 FCW = new Field.U16("fcw", 0);
  private static final Field.U16 FSW = new Field.U16("fsw", 2);
  private static final Field.U8 FTW = new Field.U8("ftw", 4);
  private static final Field.U16 FOP = new Field.U16("fop", 6);
  private static final Field.U64 FPU_RIP = new Field.U64("rip", 8);
  private static final Field.U64 FPU_DP = new Field.U64("dp", 16);
  private static final Field.U32 MXCSR = new Field.U32("mxcsr", 24);
  private static final int ST_OFFSET = 32;
  private static final int ST_STRIDE = 16;
  private static final int ST_SIZE = 10;
  private static final int ST_COUNT = 8;
  private static final int XMM_OFFSET = 160;
  private static final int YMM_OFFSET = 576;

  private LaunchVmsa() {}

  /**
   * The page.
   *
   * @param state the parts of a vCPU's state: REGS, SREGS, XSAVE, XCRS and DEBUGREGS are looked at
   * @param msrs model-specific registers by number; one of {@link #MSRS} that is missing is 0
   */
  public static byte[] of(Map<VcpuBlob, byte[]> state, Map<Integer, Long> msrs) {
    byte[] page = new byte[Pages.SIZE];
    MemorySegment area = MemorySegment.ofArray(page);
    generalRegisters(area, part(state, VcpuBlob.REGS));
    specialRegisters(area, part(state, VcpuBlob.SREGS));
    floatingPoint(area, part(state, VcpuBlob.XSAVE));
    SaveArea.XCR0.set(area, XCRS_XCR0.get(part(state, VcpuBlob.XCRS)));
    MemorySegment debug = part(state, VcpuBlob.DEBUGREGS);
    SaveArea.DR6.set(area, DEBUG_DR6.get(debug));
    SaveArea.DR7.set(area, DEBUG_DR7.get(debug));
    MSRS.forEach((number, field) -> field.set(area, msrs.getOrDefault(number, 0L)));
    return page;
  }

  private static MemorySegment part(Map<VcpuBlob, byte[]> state, VcpuBlob blob) {
    byte[] bytes = Objects.requireNonNull(state.get(blob), blob::name);
    if (bytes.length != blob.size()) {
      throw new IllegalArgumentException(
          "%s takes %d bytes, not %d".formatted(blob, blob.size(), bytes.length));
    }
    return MemorySegment.ofArray(bytes);
  }

  private static void generalRegisters(MemorySegment area, MemorySegment regs) {
    int offset = 0;
    for (Field.U64 register : SaveArea.GENERAL_REGISTERS) {
      register.set(area, new Field.U64(register.name(), offset).get(regs));
      offset += register.size();
    }
  }

  private static void specialRegisters(MemorySegment area, MemorySegment sregs) {
    for (KvmSregs.Segment segment : KvmSregs.Segment.values()) {
      KvmSegment value = KvmSegment.read(segment.in(sregs));
      SegmentRegister.of(value).write(fieldOf(segment).slice(area));
      if (segment == KvmSregs.Segment.SS) {
        SaveArea.CPL.set(area, value.dpl() & 3);
      }
    }
    system(area, SaveArea.TR, sregs.asSlice(TASK_REGISTER_OFFSET));
    system(area, SaveArea.LDTR, sregs.asSlice(LOCAL_TABLE_OFFSET));
    table(area, SaveArea.GDTR, sregs.asSlice(GLOBAL_TABLE_OFFSET));
    table(area, SaveArea.IDTR, sregs.asSlice(INTERRUPT_TABLE_OFFSET));
    SaveArea.CR0.set(area, KvmSregs.CR0.get(sregs) & ~CR0_CD_NW);
    SaveArea.CR2.set(area, SREGS_CR2.get(sregs));
    SaveArea.CR3.set(area, KvmSregs.CR3.get(sregs));
    SaveArea.CR4.set(area, KvmSregs.CR4.get(sregs) | CR4_MCE);
    SaveArea.EFER.set(area, KvmSregs.EFER.get(sregs) | EFER_SVME);
  }

  private static Field.Bytes fieldOf(KvmSregs.Segment segment) {
    return switch (segment) {
      case CS -> SaveArea.CS;
      case DS -> SaveArea.DS;
      case ES -> SaveArea.ES;
      case FS -> SaveArea.FS;
      case GS -> SaveArea.GS;
      case SS -> SaveArea.SS;
    };
  }

  private static void system(MemorySegment area, Field.Bytes field, MemorySegment register) {
    SegmentRegister.of(KvmSegment.read(register)).write(field.slice(area));
  }

  private static void table(MemorySegment area, Field.Bytes field, MemorySegment table) {
    new SegmentRegister(0, 0, TABLE_LIMIT.get(table), TABLE_BASE.get(table))
        .write(field.slice(area));
  }

  private static void floatingPoint(MemorySegment area, MemorySegment xsave) {
    SaveArea.X87_FCW.set(area, FCW.get(xsave));
    SaveArea.X87_FSW.set(area, FSW.get(xsave));
    SaveArea.X87_FTW.set(area, FTW.get(xsave));
    SaveArea.X87_FOP.set(area, FOP.get(xsave));
    SaveArea.X87_RIP.set(area, FPU_RIP.get(xsave));
    SaveArea.X87_DP.set(area, FPU_DP.get(xsave));
    SaveArea.MXCSR.set(area, MXCSR.get(xsave));
    MemorySegment stack = SaveArea.FPREG_X87.slice(area);
    for (int i = 0; i < ST_COUNT; i++) {
      MemorySegment.copy(
          xsave, ST_OFFSET + (long) i * ST_STRIDE, stack, (long) i * ST_SIZE, ST_SIZE);
    }
    copy(xsave, XMM_OFFSET, SaveArea.FPREG_XMM.slice(area));
    copy(xsave, YMM_OFFSET, SaveArea.FPREG_YMM.slice(area));
  }

  private static void copy(MemorySegment from, long offset, MemorySegment into) {
    MemorySegment.copy(from, offset, into, 0, into.byteSize());
  }
}
