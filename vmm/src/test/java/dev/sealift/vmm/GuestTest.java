package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.kvm.KvmIoctl;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("A guest on a host")
class GuestTest {
  private final PaperKernel kernel = new PaperKernel();

  @Test
  void runsAndRestsAndLeavesNothingBehind() throws Exception {
    try (SevPlatform platform = SevPlatform.open(kernel.host())) {
      Guest guest = Guest.create(kernel.host(), platform, new GuestConfiguration("g", 8192, 0, ""));
      assertThat(guest.isRunning()).isFalse();
      guest.run();
      assertThat(guest.isRunning()).isTrue();
      guest.pause();
      assertThat(guest.isRunning()).isFalse();
      guest.run();
      guest.run();
      assertThat(guest.isRunning()).isTrue();
      guest.close();
      assertThat(guest.vcpu().state()).isEqualTo(new Vcpu.State.Stopped());
    }
    assertThat(kernel.open).isEmpty();
    assertThat(kernel.mapped).isEmpty();
  }

  @Test
  void hasItsMemoryRegisteredAndItsSevContextBeforeItsVcpu() throws Exception {
    try (SevPlatform platform = SevPlatform.open(kernel.host());
        Guest guest =
            Guest.create(kernel.host(), platform, new GuestConfiguration("g", 8192, 0, ""))) {
      assertThat(guest.sev().platform()).isSameAs(platform);
      assertThat(kernel.calls)
          .containsSubsequence("KVM_CREATE_VM", "KVM_SEV_INIT", "KVM_CREATE_VCPU")
          .endsWith("ioctl 0x%x".formatted(KvmIoctl.MEMORY_ENCRYPT_REG_REGION));
    }
  }
}
