package dev.sealift.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.MemorySize;
import dev.sealift.kernel.KernelProfile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoPlanTest {

  @Test
  @DisplayName("the guest may be sent, but not debugged, and only to a chip of the same root")
  void defaultPolicy() throws Exception {
    DemoPlan plan =
        DemoPlan.of(HostKind.MODEL, KernelProfile.MAINLINE, null, null, 100, false, false);

    assertThat(plan.policy().noSend()).isFalse();
    assertThat(plan.policy().noDebug()).isTrue();
    assertThat(plan.policy().sev()).isTrue();
    assertThat(plan.memoryBytes()).isEqualTo(64L << 20);
    assertThat(plan.hotPages()).isEqualTo(2048);
  }

  @Test
  @DisplayName("with --nosend the guest forbids its own move")
  void noSend() throws Exception {
    assertThat(
            DemoPlan.of(HostKind.MODEL, KernelProfile.MAINLINE, null, null, 100, true, false)
                .policy()
                .noSend())
        .isTrue();
  }

  @Test
  @DisplayName("with --es the guest's registers are encrypted, which no host over /dev/kvm can do")
  void encryptedRegisters() throws Exception {
    assertThat(
            DemoPlan.of(HostKind.MODEL, KernelProfile.EXTENDED, null, null, 100, false, true)
                .policy()
                .es())
        .isTrue();
    assertThatThrownBy(
            () -> DemoPlan.of(HostKind.KVM, KernelProfile.EXTENDED, null, null, 100, false, true))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("could read the registers")
        .hasMessageContaining("--host model");
  }

  @Test
  @DisplayName("a small guest gets a hot set that fits it")
  void smallGuest() throws Exception {
    DemoPlan plan =
        DemoPlan.of(
            HostKind.MODEL,
            KernelProfile.MAINLINE,
            MemorySize.parse("8M"),
            null,
            100,
            false,
            false);

    assertThat(plan.hotPages() * 4096).isLessThanOrEqualTo(4L << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1M", "6M", "9M", "4G", "65537"})
  @DisplayName("a memory size that cannot be is answered with the rule")
  void memory(String size) {
    assertThatThrownBy(() ->
            DemoPlan.of(
                HostKind.MODEL,
                KernelProfile.MAINLINE,
                MemorySize.parse(size),
                null,
                100,
                false,
                false))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("multiple of 2M");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "3M", "64M", "2048"})
  @DisplayName("a hot set that cannot be is answered with the rule")
  void hotSet(String size) {
    assertThatThrownBy(() ->
            DemoPlan.of(
                HostKind.MODEL,
                KernelProfile.MAINLINE,
                MemorySize.parse("64M"),
                MemorySize.parse(size),
                100,
                false,
                false))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("power of two");
  }
}
