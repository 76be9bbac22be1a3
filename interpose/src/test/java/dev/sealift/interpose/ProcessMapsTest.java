package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a process has mapped")
class ProcessMapsTest {
  private static final ProcessMaps MAPS =
      ProcessMaps.parse(
          """
          10000-12000 rw-p 00000000 00:00 0
          12000-13000 rw-s 00000000 00:01 1024 /memfd:ram (deleted)
          13000-14000 r--p 00000000 00:00 0    [vvar]
          15000-16000 ---p 00000000 00:00 0
          ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]
          """);

  @Test
  void goesOnFromOneMappingToTheNextAsLongAsEachAllowsIt() {
    assertThat(MAPS.bytes(0x10000, Access.WRITE)).isEqualTo(0x3000);
    assertThat(MAPS.bytes(0x10000, Access.READ)).isEqualTo(0x4000);
    assertThat(MAPS.bytes(0x12abc, Access.WRITE)).isEqualTo(0x13000 - 0x12abc);
  }

  @Test
  void isNothingInAGapOrWhereNothingIsAllowed() {
    assertThat(MAPS.bytes(0, Access.READ)).isZero();
    assertThat(MAPS.bytes(0x13000, Access.WRITE)).isZero();
    assertThat(MAPS.bytes(0x14000, Access.READ)).isZero();
    assertThat(MAPS.bytes(0x15000, Access.READ)).isZero();
    assertThat(MAPS.bytes(-1, Access.READ)).isZero();
    assertThat(ProcessMaps.parse("").bytes(0x10000, Access.READ)).isZero();
    assertThat(ProcessMaps.of(0).bytes(0x10000, Access.READ)).isZero();
  }

  @Test
  void isWhatLinuxSaysOfAProcess() {
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(1 << 20).address();
      ProcessMaps own = ProcessMaps.of((int) ProcessHandle.current().pid());
      assertThat(own.bytes(address, Access.WRITE)).isGreaterThanOrEqualTo(1 << 20);
    }
  }
}
