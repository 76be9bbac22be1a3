package dev.sealift.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PspCommand;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusAndErrnoTest {

  @ParameterizedTest
  @EnumSource(FirmwareStatus.class)
  @DisplayName("a firmware status is found again by its number")
  void statusByNumber(FirmwareStatus status) {
    assertThat(FirmwareStatus.of(status.code())).isEqualTo(status);
  }

  @Test
  @DisplayName("statuses are described in words, known or not")
  void describe() {
    assertThat(FirmwareStatus.describe(0xB)).isEqualTo("BAD_MEASUREMENT (0xb)");
    assertThat(FirmwareStatus.describe(0x1E)).isEqualTo("unknown status (0x1e)");
  }

  @Test
  @DisplayName("a negative result of a system call is its errno, known by name or not")
  void errno() {
    assertThat(Errno.of(-5)).isEqualTo(Errno.EIO);
    assertThat(Errno.EIO.negated()).isEqualTo(-5);
    assertThat(Errno.of(-4000).name()).isEqualTo("errno 4000");
    assertThatThrownBy(() -> Errno.of(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Errno.of(-4096)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("sending is state 4 and receiving state 5, as the firmware has them")
  void guestStates() {
    assertThat(GuestState.of(4)).isEqualTo(GuestState.SUPDATE);
    assertThat(GuestState.of(5)).isEqualTo(GuestState.RUPDATE);
    assertThat(GuestState.of(7)).isNull();
  }

  @Test
  @DisplayName("a mailbox command is found by its id")
  void commands() {
    assertThat(PspCommand.of(0x41)).isEqualTo(PspCommand.SEND_UPDATE_DATA);
    assertThat(PspCommand.of(0x99)).isNull();
  }
}
