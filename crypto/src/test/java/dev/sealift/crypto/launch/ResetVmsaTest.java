package dev.sealift.crypto.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sealift.abi.svm.SaveArea;
import dev.sealift.abi.svm.SegmentRegister;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The registers of a vCPU that has not run yet")
class ResetVmsaTest {
  private static final CpuSignature MILAN = new CpuSignature(25, 1, 1);

  @Test
  void theFirstBeginsAtTheResetVector() {
    MemorySegment area = MemorySegment.ofArray(new ResetVmsa(MILAN).boot());
    assertThat(SaveArea.RIP.get(area)).isEqualTo(0xFFF0);
    assertThat(SegmentRegister.read(SaveArea.CS.slice(area)))
        .isEqualTo(new SegmentRegister(0xF000, 0x9B, 0xFFFF, 0xFFFF_0000L));
    assertThat(SaveArea.RDX.get(area)).isEqualTo(0x00A0_0F11);
    assertThat(SaveArea.RFLAGS.get(area)).isEqualTo(2);
  }

  @Test
  void theOthersDifferOnlyInWhereTheyBegin() {
    byte[] first = new ResetVmsa(MILAN).boot();
    byte[] other = new ResetVmsa(MILAN).further(0x0080_B004);
    MemorySegment area = MemorySegment.ofArray(other);
    assertThat(SaveArea.RIP.get(area)).isEqualTo(0xB004);
    assertThat(SegmentRegister.read(SaveArea.CS.slice(area)).base()).isEqualTo(0x0080_0000);
    List<Integer> different = new ArrayList<>();
    for (int i = 0; i < first.length; i++) {
      if (first[i] != other[i]) {
        different.add(i);
      }
    }
    int base = SaveArea.CS.offset() + 8;
    int rip = SaveArea.RIP.offset();
    assertThat(different).isSubsetOf(base + 2, base + 3, rip, rip + 1);
  }

  @Test
  void newerKernelsPutTheFloatingPointControlWordsThere() {
    byte[] zero = new ResetVmsa(MILAN).boot();
    byte[] reset = new ResetVmsa(MILAN, ResetVmsa.FloatingPoint.RESET).boot();
    MemorySegment area = MemorySegment.ofArray(reset);
    assertThat(SaveArea.X87_FCW.get(area)).isEqualTo(0x37F);
    assertThat(SaveArea.MXCSR.get(area)).isEqualTo(0x1F80);
    SaveArea.X87_FCW.set(area, 0);
    SaveArea.MXCSR.set(area, 0);
    assertThat(reset).isEqualTo(zero);
  }

  @ParameterizedTest
  @CsvSource({
    "6, 13, 3, 0x000006d3",
    "15, 6, 1, 0x00000f61",
    "23, 1, 2, 0x00800f12",
    "23, 49, 0, 0x00830f10",
    "25, 1, 1, 0x00a00f11",
    "25, 17, 1, 0x00a10f11",
    "26, 2, 1, 0x00b00f21"
  })
  @DisplayName("family, model and stepping are spread as CPUID spreads them")
  void signature(int family, int model, int stepping, String word) {
    assertThat("0x%08x".formatted(new CpuSignature(family, model, stepping).word()))
        .isEqualTo(word);
  }

  @Test
  void aSignatureThatNoCpuCanHaveIsRefused() {
    for (int[] parts : new int[][] {{-1, 0, 0}, {271, 0, 0}, {25, 256, 0}, {25, 0, 16}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new CpuSignature(parts[0], parts[1], parts[2]));
    }
  }
}
