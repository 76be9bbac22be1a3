package dev.sealift.abi.svm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.KvmSegment;
import dev.sealift.abi.kvm.KvmSregs;
import dev.sealift.abi.kvm.ResetState;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The register state of a SEV-ES guest")
class SaveAreaTest {
  private final Map<VcpuBlob, byte[]> state = new EnumMap<>(VcpuBlob.class);

  SaveAreaTest() {
    for (VcpuBlob blob : VcpuBlob.values()) {
      state.put(blob, ResetState.of(blob));
    }
  }

  private MemorySegment struct(VcpuBlob blob) {
    return MemorySegment.ofArray(state.get(blob));
  }

  private MemorySegment page(Map<Integer, Long> msrs) {
    return MemorySegment.ofArray(LaunchVmsa.of(state, msrs));
  }

  @ParameterizedTest
  @CsvSource({
    "es, 0",
    "cs, 10",
    "tr, 90",
    "cpl, CB",
    "efer, D0",
    "xss, 140",
    "cr4, 148",
    "cr3, 150",
    "cr0, 158",
    "dr7, 160",
    "dr6, 168",
    "rflags, 170",
    "rip, 178",
    "rsp, 1D8",
    "rax, 1F8",
    "star, 200",
    "kernel_gs_base, 220",
    "sysenter_cs, 228",
    "cr2, 240",
    "g_pat, 268",
    "dbgctl, 270",
    "pkru, 2E8",
    "rcx, 308",
    "rdx, 310",
    "rbx, 318",
    "rbp, 328",
    "rsi, 330",
    "rdi, 338",
    "r8, 340",
    "r15, 378",
    "guest_exit_info_1, 390",
    "sev_features, 3B0",
    "guest_exit_code, 3C0",
    "xcr0, 3E8",
    "x87_dp, 400",
    "mxcsr, 408",
    "fpreg_x87, 420",
    "fpreg_xmm, 470",
    "fpreg_ymm, 570"
  })
  void liesWhereTheArchitectureManualSays(String field, String offset) {
    assertThat(SaveArea.LAYOUT.field(field).offset()).isEqualTo(Integer.parseInt(offset, 16));
  }

  @Test
  void ofANewVcpuIsWhatProcessorsStartWith() {
    MemorySegment page = page(Map.of(0x277, ResetState.PAT));
    assertThat(page.byteSize()).isEqualTo(4096);
    assertThat(SegmentRegister.read(SaveArea.CS.slice(page)))
        .isEqualTo(new SegmentRegister(0xF000, 0x9B, 0xFFFF, 0xFFFF_0000L));
    assertThat(SegmentRegister.read(SaveArea.DS.slice(page)))
        .isEqualTo(new SegmentRegister(0, 0x93, 0xFFFF, 0));
    assertThat(SegmentRegister.read(SaveArea.TR.slice(page)))
        .isEqualTo(new SegmentRegister(0, 0x8B, 0xFFFF, 0));
    assertThat(SegmentRegister.read(SaveArea.LDTR.slice(page)))
        .isEqualTo(new SegmentRegister(0, 0x82, 0xFFFF, 0));
    assertThat(SegmentRegister.read(SaveArea.GDTR.slice(page)))
        .isEqualTo(new SegmentRegister(0, 0, 0xFFFF, 0));
    assertThat(SaveArea.RIP.get(page)).isEqualTo(0xFFF0);
    assertThat(SaveArea.RDX.get(page)).isEqualTo(0x600);
    assertThat(SaveArea.RFLAGS.get(page)).isEqualTo(2);
    assertThat(SaveArea.G_PAT.get(page)).isEqualTo(0x0007_0406_0007_0406L);
    assertThat(SaveArea.DR6.get(page)).isEqualTo(0xFFFF_0FF0L);
    assertThat(SaveArea.DR7.get(page)).isEqualTo(0x400);
    assertThat(SaveArea.XCR0.get(page)).isEqualTo(1);
    assertThat(SaveArea.MXCSR.get(page)).isEqualTo(0x1F80);
    assertThat(SaveArea.X87_FCW.get(page)).isEqualTo(0x37F);
  }

  @Test
  void hasWhatKvmAddsWhileAGuestRuns() {
    MemorySegment page = page(Map.of());
    assertThat(SaveArea.EFER.get(page)).as("SVM is on").isEqualTo(0x1000);
    assertThat(SaveArea.CR4.get(page)).as("machine checks are on").isEqualTo(0x40);
    assertThat(SaveArea.CR0.get(page)).as("caches are never off").isEqualTo(0x10);
  }

  @Test
  void keepsEveryGeneralRegisterWhereItBelongs() {
    new KvmRegs(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
        .write(struct(VcpuBlob.REGS));
    MemorySegment page = page(Map.of());
    assertThat(SaveArea.GENERAL_REGISTERS.stream().map(register -> register.get(page)))
        .containsExactly(
            1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L);
    assertThat(SaveArea.RBX.get(page)).isEqualTo(2);
    assertThat(SaveArea.RSP.get(page)).isEqualTo(7);
    assertThat(SaveArea.R15.get(page)).isEqualTo(16);
  }

  @Test
  void takesThePrivilegeLevelFromTheStackSegment() {
    new KvmSegment(0, -1, 0x13, 3, 1, 3, 1, 1, 0, 1, 0, 0)
        .write(KvmSregs.Segment.SS.in(struct(VcpuBlob.SREGS)));
    MemorySegment page = page(Map.of());
    assertThat(SaveArea.CPL.get(page)).isEqualTo(3);
    assertThat(SegmentRegister.read(SaveArea.SS.slice(page)))
        .isEqualTo(new SegmentRegister(0x13, 0xCF3, -1, 0));
  }

  @Test
  void showsAnUnusableSegmentAsNotPresent() {
    assertThat(SegmentRegister.of(new KvmSegment(9, 8, 7, 0, 1, 0, 0, 0, 0, 0, 1, 1)))
        .isEqualTo(new SegmentRegister(7, 0x100, 8, 9));
  }

  @Test
  void packsTheFloatingPointRegisters() {
    MemorySegment xsave = struct(VcpuBlob.XSAVE);
    for (int i = 0; i < 8; i++) {
      xsave.asSlice(32 + 16L * i, 10).fill((byte) (0x10 + i));
    }
    xsave.asSlice(160, 256).fill((byte) 0x22);
    xsave.asSlice(576, 256).fill((byte) 0x33);
    MemorySegment page = page(Map.of());
    HexFormat hex = HexFormat.of();
    assertThat(hex.formatHex(SaveArea.FPREG_X87.get(page)))
        .startsWith("10".repeat(10) + "11".repeat(10))
        .endsWith("17".repeat(10));
    assertThat(SaveArea.FPREG_XMM.get(page)).containsOnly(0x22);
    assertThat(SaveArea.FPREG_YMM.get(page)).containsOnly(0x33);
  }

  @Test
  void holdsTheModelSpecificRegistersOfAGuest() {
    MemorySegment page = page(Map.of(0xC000_0082, 0x1234L, 0x174, 0x5678L));
    assertThat(SaveArea.LSTAR.get(page)).isEqualTo(0x1234);
    assertThat(SaveArea.SYSENTER_CS.get(page)).isEqualTo(0x5678);
    for (Field.U64 other : LaunchVmsa.MSRS.values()) {
      if (other != SaveArea.LSTAR && other != SaveArea.SYSENTER_CS) {
        assertThat(other.get(page)).as(other.name()).isZero();
      }
    }
  }

  @Test
  void isNotMadeFromPartsOfAWrongSize() {
    state.put(VcpuBlob.REGS, new byte[143]);
    assertThatThrownBy(() -> page(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("REGS takes 144 bytes, not 143");
  }
}
