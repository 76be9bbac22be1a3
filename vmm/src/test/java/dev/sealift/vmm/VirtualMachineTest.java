package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Errno;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A virtual machine")
class VirtualMachineTest {
  private static final GuestConfiguration CONFIGURATION =
      new GuestConfiguration("guest", 1 << 20, 0, "");

  @Test
  void leavesNothingBehindWhicheverStepOfMakingItFails() throws Exception {
    int steps = stepsOfMakingAGuest();
    assertThat(steps).isGreaterThan(10);
    for (int failing = 0; failing < steps; failing++) {
      PaperKernel kernel = new PaperKernel();
      kernel.failingCall = failing;
      try (SevPlatform platform = SevPlatform.open(kernel.host())) {
        Guest.create(kernel.host(), platform, CONFIGURATION).close();
        throw new AssertionError("call " + failing + " failed unnoticed: " + kernel.calls);
      } catch (VmmException refused) {
        assertThat(refused.errno()).isEqualTo(Errno.ENOMEM);
      }
      assertThat(kernel.open).as("descriptors after call %d failed", failing).isEmpty();
      assertThat(kernel.mapped).as("memory after call %d failed", failing).isEmpty();
    }
  }

  private static int stepsOfMakingAGuest() throws VmmException {
    PaperKernel kernel = new PaperKernel();
    try (SevPlatform platform = SevPlatform.open(kernel.host())) {
      Guest.create(kernel.host(), platform, CONFIGURATION).close();
    }
    assertThat(kernel.open).isEmpty();
    assertThat(kernel.mapped).isEmpty();
    return kernel.calls.size();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -4096, 4095, 4097, VirtualMachine.MAX_MEMORY + 4096})
  void hasWholePagesOfMemoryUpToThreeGibibytes(long bytes) {
    PaperKernel kernel = new PaperKernel();
    assertThatThrownBy(() -> VirtualMachine.create(kernel.host(), bytes))
        .isInstanceOf(VmmException.class)
        .hasMessage(
            "A guest cannot have %d bytes of memory: choose a multiple of 4096 up to 3221225472."
                .formatted(bytes));
    assertThat(kernel.calls).isEmpty();
  }

  @Test
  void hasASevContextOnlyIfItWasMadeWithOne() throws Exception {
    try (VirtualMachine machine = VirtualMachine.create(new PaperKernel().host(), 4096)) {
      assertThatThrownBy(machine::sev).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void answersOnlyForItsOwnMemory() throws Exception {
    try (VirtualMachine machine = VirtualMachine.create(new PaperKernel().host(), 8192)) {
      GuestMemory memory = machine.memory();
      assertThat(memory.pages()).isEqualTo(2);
      assertThat(memory.userAddress(4096, 4096)).isEqualTo(memory.page(1).address());
      assertThatThrownBy(() -> memory.userAddress(4096, 4097))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> memory.userAddress(-1, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> memory.userAddress(1, Long.MAX_VALUE))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> memory.page(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void canBeClosedTwice() throws Exception {
    PaperKernel kernel = new PaperKernel();
    VirtualMachine machine = VirtualMachine.create(kernel.host(), 4096);
    machine.close();
    machine.close();
    assertThat(kernel.open).isEmpty();
    assertThatThrownBy(() -> machine.vcpu().registers())
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("EBADF");
  }
}
