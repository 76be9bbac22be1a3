package dev.sealift.crypto.launch;

import dev.sealift.abi.Pages;
import dev.sealift.abi.svm.SaveArea;
import dev.sealift.abi.svm.SegmentRegister;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The register page (VMSA) that LAUNCH_UPDATE_VMSA measures for a vCPU of QEMU on KVM that has not
 * run yet: the state after INIT, and what KVM adds for as long as it runs a guest (EFER.SVME,
 * CR4.MCE).
 *
 * <p>The first vCPU begins at FFFF_FFF0h, further ones where the firmware says ({@link
 * FirmwareTable#resetAddress}). Source: AMD64 Architecture Programmer's Manual, volume 2, section
 * 14.1.3 and appendix B.
 *
 * @param cpu the model of CPU that the guest is shown
 * @param floatingPoint what stands for the floating-point registers
 */
public record ResetVmsa(CpuSignature cpu, FloatingPoint floatingPoint) {
  private static final int BOOT_ADDRESS = 0xFFFF_FFF0;
  private static final int SEGMENT_LIMIT = 0xFFFF;
  private static final int CODE = 0x9B;
  private static final int DATA = 0x93;
  private static final int LOCAL_TABLE = 0x82;
  private static final int BUSY_TASK = 0x8B;

  /** What a kernel puts into the page for the floating-point registers. */
  public enum FloatingPoint {
    /** Zeros: VMs of KVM_SEV_ES_INIT. */
    ZERO,
    /**
     * Their values after reset, FCW 037Fh and MXCSR 1F80h: VMs of KVM_SEV_INIT2, Linux 6.10 and
     * later.
     */
    RESET
  }

  /** A page without floating-point registers. */
  public ResetVmsa(CpuSignature cpu) {
    this(cpu, FloatingPoint.ZERO);
  }

  /** The first vCPU's page, 4096 bytes. */
  public byte[] boot() {
    return at(BOOT_ADDRESS);
  }

  /**
   * A further vCPU's page, 4096 bytes.
   *
   * @param resetAddress where it begins, linear, below 4 GiB
   */
  public byte[] further(int resetAddress) {
    return at(resetAddress);
  }

  private byte[] at(int address) {
    byte[] page = new byte[Pages.SIZE];
    MemorySegment area = MemorySegment.ofArray(page);
    long codeBase = Integer.toUnsignedLong(address & 0xFFFF_0000);
    new SegmentRegister(0xF000, CODE, SEGMENT_LIMIT, codeBase).write(SaveArea.CS.slice(area));
    for (var data : List.of(SaveArea.DS, SaveArea.ES, SaveArea.FS, SaveArea.GS, SaveArea.SS)) {
      new SegmentRegister(0, DATA, SEGMENT_LIMIT, 0).write(data.slice(area));
    }
    for (var table : List.of(SaveArea.GDTR, SaveArea.IDTR)) {
      new SegmentRegister(0, 0, SEGMENT_LIMIT, 0).write(table.slice(area));
    }
    new SegmentRegister(0, LOCAL_TABLE, SEGMENT_LIMIT, 0).write(SaveArea.LDTR.slice(area));
    new SegmentRegister(0, BUSY_TASK, SEGMENT_LIMIT, 0).write(SaveArea.TR.slice(area));
    SaveArea.RIP.set(area, address & 0xFFFF);
    SaveArea.RDX.set(area, Integer.toUnsignedLong(cpu.word()));
    SaveArea.RFLAGS.set(area, 0x2);
    SaveArea.CR0.set(area, 0x10);
    SaveArea.CR4.set(area, 0x40);
    SaveArea.EFER.set(area, 0x1000);
    SaveArea.DR6.set(area, 0xFFFF_0FF0L);
    SaveArea.DR7.set(area, 0x400);
    SaveArea.G_PAT.set(area, 0x0007_0406_0007_0406L);
    SaveArea.XCR0.set(area, 0x1);
    if (floatingPoint == FloatingPoint.RESET) {
      SaveArea.X87_FCW.set(area, 0x37F);
      SaveArea.MXCSR.set(area, 0x1F80);
    }
    return page;
  }
}
