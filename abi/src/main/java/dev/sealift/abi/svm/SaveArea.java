package dev.sealift.abi.svm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.util.List;

/**
 * The state save area of a guest with SEV-ES: every register of a vCPU, at the start of a page of
 * its own, the VMSA. The CPU loads it when it enters the guest and stores it when it leaves, under
 * the guest's key.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 2, appendix B, state save area, with
 * the part that only SEV-ES has; names as in struct sev_es_save_area of asm/svm.h.
 */
public final class SaveArea {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_es_save_area");

  /** A segment register: {@link SegmentRegister}. */
  public static final Field.Bytes ES = segment("es");

  public static final Field.Bytes CS = segment("cs");
  public static final Field.Bytes SS = segment("ss");
  public static final Field.Bytes DS = segment("ds");
  public static final Field.Bytes FS = segment("fs");
  public static final Field.Bytes GS = segment("gs");
  public static final Field.Bytes GDTR = segment("gdtr");
  public static final Field.Bytes LDTR = segment("ldtr");
  public static final Field.Bytes IDTR = segment("idtr");
  public static final Field.Bytes TR = segment("tr");
  public static final Field.U64 PL0_SSP = STRUCT.u64("pl0_ssp");
  public static final Field.U64 PL1_SSP = STRUCT.u64("pl1_ssp");
  public static final Field.U64 PL2_SSP = STRUCT.u64("pl2_ssp");
  public static final Field.U64 PL3_SSP = STRUCT.u64("pl3_ssp");
  public static final Field.U64 U_CET = STRUCT.u64("u_cet");
  public static final Field.U8 VMPL = STRUCT.reserved(2).u8("vmpl");
  public static final Field.U8 CPL = STRUCT.u8("cpl");
  public static final Field.U64 EFER = STRUCT.reserved(4).u64("efer");
  public static final Field.U64 XSS = STRUCT.reserved(104).u64("xss");
  public static final Field.U64 CR4 = STRUCT.u64("cr4");
  public static final Field.U64 CR3 = STRUCT.u64("cr3");
  public static final Field.U64 CR0 = STRUCT.u64("cr0");
  public static final Field.U64 DR7 = STRUCT.u64("dr7");
  public static final Field.U64 DR6 = STRUCT.u64("dr6");
  public static final Field.U64 RFLAGS = STRUCT.u64("rflags");
  public static final Field.U64 RIP = STRUCT.u64("rip");
  public static final Field.U64 DR0 = STRUCT.u64("dr0");
  public static final Field.U64 DR1 = STRUCT.u64("dr1");
  public static final Field.U64 DR2 = STRUCT.u64("dr2");
  public static final Field.U64 DR3 = STRUCT.u64("dr3");
  public static final Field.U64 DR0_ADDR_MASK = STRUCT.u64("dr0_addr_mask");
  public static final Field.U64 DR1_ADDR_MASK = STRUCT.u64("dr1_addr_mask");
  public static final Field.U64 DR2_ADDR_MASK = STRUCT.u64("dr2_addr_mask");
  public static final Field.U64 DR3_ADDR_MASK = STRUCT.u64("dr3_addr_mask");
  public static final Field.U64 RSP = STRUCT.reserved(24).u64("rsp");
  public static final Field.U64 S_CET = STRUCT.u64("s_cet");
  public static final Field.U64 SSP = STRUCT.u64("ssp");
  public static final Field.U64 ISST_ADDR = STRUCT.u64("isst_addr");
  public static final Field.U64 RAX = STRUCT.u64("rax");
  public static final Field.U64 STAR = STRUCT.u64("star");
  public static final Field.U64 LSTAR = STRUCT.u64("lstar");
  public static final Field.U64 CSTAR = STRUCT.u64("cstar");
  public static final Field.U64 SFMASK = STRUCT.u64("sfmask");
  public static final Field.U64 KERNEL_GS_BASE = STRUCT.u64("kernel_gs_base");
  public static final Field.U64 SYSENTER_CS = STRUCT.u64("sysenter_cs");
  public static final Field.U64 SYSENTER_ESP = STRUCT.u64("sysenter_esp");
  public static final Field.U64 SYSENTER_EIP = STRUCT.u64("sysenter_eip");
  public static final Field.U64 CR2 = STRUCT.u64("cr2");
  public static final Field.U64 G_PAT = STRUCT.reserved(32).u64("g_pat");
  public static final Field.U64 DBGCTL = STRUCT.u64("dbgctl");
  public static final Field.U64 BR_FROM = STRUCT.u64("br_from");
  public static final Field.U64 BR_TO = STRUCT.u64("br_to");
  public static final Field.U64 LAST_EXCP_FROM = STRUCT.u64("last_excp_from");
  public static final Field.U64 LAST_EXCP_TO = STRUCT.u64("last_excp_to");
  public static final Field.U32 PKRU = STRUCT.reserved(80).u32("pkru");
  public static final Field.U32 TSC_AUX = STRUCT.u32("tsc_aux");
  public static final Field.U64 TSC_SCALE = STRUCT.u64("tsc_scale");
  public static final Field.U64 TSC_OFFSET = STRUCT.u64("tsc_offset");
  public static final Field.U64 REG_PROT_NONCE = STRUCT.u64("reg_prot_nonce");
  public static final Field.U64 RCX = STRUCT.u64("rcx");
  public static final Field.U64 RDX = STRUCT.u64("rdx");
  public static final Field.U64 RBX = STRUCT.u64("rbx");
  public static final Field.U64 RBP = STRUCT.reserved(8).u64("rbp");
  public static final Field.U64 RSI = STRUCT.u64("rsi");
  public static final Field.U64 RDI = STRUCT.u64("rdi");
  public static final Field.U64 R8 = STRUCT.u64("r8");
  public static final Field.U64 R9 = STRUCT.u64("r9");
  public static final Field.U64 R10 = STRUCT.u64("r10");
  public static final Field.U64 R11 = STRUCT.u64("r11");
  public static final Field.U64 R12 = STRUCT.u64("r12");
  public static final Field.U64 R13 = STRUCT.u64("r13");
  public static final Field.U64 R14 = STRUCT.u64("r14");
  public static final Field.U64 R15 = STRUCT.u64("r15");

  /** Follows 16 bytes of which the firmware makes its own use once the page is encrypted. */
  public static final Field.U64 GUEST_EXIT_INFO_1 = STRUCT.reserved(16).u64("guest_exit_info_1");

  public static final Field.U64 GUEST_EXIT_INFO_2 = STRUCT.u64("guest_exit_info_2");
  public static final Field.U64 GUEST_EXIT_INT_INFO = STRUCT.u64("guest_exit_int_info");
  public static final Field.U64 GUEST_NRIP = STRUCT.u64("guest_nrip");
  public static final Field.U64 SEV_FEATURES = STRUCT.u64("sev_features");
  public static final Field.U64 VINTR_CTRL = STRUCT.u64("vintr_ctrl");
  public static final Field.U64 GUEST_EXIT_CODE = STRUCT.u64("guest_exit_code");
  public static final Field.U64 VIRTUAL_TOM = STRUCT.u64("virtual_tom");
  public static final Field.U64 TLB_ID = STRUCT.u64("tlb_id");
  public static final Field.U64 PCPU_ID = STRUCT.u64("pcpu_id");
  public static final Field.U64 EVENT_INJ = STRUCT.u64("event_inj");
  public static final Field.U64 XCR0 = STRUCT.u64("xcr0");
  public static final Field.U64 X87_DP = STRUCT.reserved(16).u64("x87_dp");
  public static final Field.U32 MXCSR = STRUCT.u32("mxcsr");
  public static final Field.U16 X87_FTW = STRUCT.u16("x87_ftw");
  public static final Field.U16 X87_FSW = STRUCT.u16("x87_fsw");
  public static final Field.U16 X87_FCW = STRUCT.u16("x87_fcw");
  public static final Field.U16 X87_FOP = STRUCT.u16("x87_fop");
  public static final Field.U16 X87_DS = STRUCT.u16("x87_ds");
  public static final Field.U16 X87_CS = STRUCT.u16("x87_cs");
  public static final Field.U64 X87_RIP = STRUCT.u64("x87_rip");

  /** Eight registers of 10 bytes. */
  public static final Field.Bytes FPREG_X87 = STRUCT.bytes("fpreg_x87", 80);

  /** Sixteen registers of 16 bytes. */
  public static final Field.Bytes FPREG_XMM = STRUCT.bytes("fpreg_xmm", 256);

  /** The upper halves of sixteen registers, 16 bytes each. */
  public static final Field.Bytes FPREG_YMM = STRUCT.bytes("fpreg_ymm", 256);

  /** 1648 bytes; the rest of the page is zero. */
  public static final StructLayout LAYOUT = STRUCT.size(1648);

  /** The general registers in the order of struct kvm_regs: rax ... r15, rip, rflags. */
  public static final List<Field.U64> GENERAL_REGISTERS =
      List.of(
          RAX, RBX, RCX, RDX, RSI, RDI, RSP, RBP, R8, R9, R10, R11, R12, R13, R14, R15, RIP,
          RFLAGS);

  private SaveArea() {}

  private static Field.Bytes segment(String name) {
    return STRUCT.bytes(name, SegmentRegister.LAYOUT.size());
  }
}
