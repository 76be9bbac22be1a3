package dev.sealift.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

@SealiftTest
class OneMachineTest {
  private static final GuestSpec GUEST = GuestSpec.idle("g", 2 << 20);

  @Test
  void theProcessorAnswersCommandsThatTheTestLaysOutItself(
      SoftwarePlatform platform, SoftwareKernel kernel) {
    assertThat(kernel.platform()).isSameAs(platform);
    MemorySegment status = MemorySegment.ofArray(new byte[12]);
    assertThat(platform.command(PspCommand.PLATFORM_STATUS, status))
        .isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(status.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    long address = platform.place(new byte[] {1, 2, 3});
    assertThat(platform.at(address, 3)).containsExactly(1, 2, 3);
  }

  @Test
  void itsChainLeadsToItsRoot(SoftwarePlatform platform) throws Exception {
    assertThat(CertificateChecks.verifyArk(platform.chain().ark(), platform.root()))
        .isEqualTo(FirmwareStatus.SUCCESS);
  }

  @Test
  void theNthCommandOfItsKindIsAnsweredAsTheTestSays(TestHost host) throws Exception {
    host.processor().faults().answer(PspCommand.LAUNCH_FINISH, 2, FirmwareStatus.INVALID_PARAM);
    host.launch(GUEST);
    assertThatThrownBy(() -> host.launch(GUEST))
        .isInstanceOfSatisfying(
            VmmException.class,
            failed -> assertThat(failed.status()).isEqualTo(FirmwareStatus.INVALID_PARAM));
    assertThat(host.platform().status().guests()).isEqualTo(1);
    assertThat(host.processor().faults().count(PspCommand.LAUNCH_FINISH)).isEqualTo(2);
  }

  @Test
  void aProcessorThatFallsSilentIsGivenUpByTheKernel(TestHost host) throws Exception {
    host.processor().faults().fallSilent(PspCommand.LAUNCH_MEASURE, 1);
    assertThatThrownBy(() -> host.launch(GUEST)).hasMessageContaining("ETIMEDOUT");
    assertThatThrownBy(() -> host.platform().status()).hasMessageContaining("EBUSY");
  }

  @Test
  void theNthSystemCallOfItsKindFailsAsTheTestSays(TestHost host) throws Exception {
    KernelFaults faults = host.kernel().faults();
    faults.failIoctl(KvmIoctl.CREATE_VM, 1, Errno.ENOMEM);
    assertThatThrownBy(() -> host.launch(GUEST)).hasMessageContaining("ENOMEM");
    faults.failSev(SevCommand.LAUNCH_UPDATE_DATA, 1, Errno.EFAULT);
    assertThatThrownBy(() -> host.launch(GUEST)).hasMessageContaining("EFAULT");
    faults.failMmap(1, Errno.ENOMEM);
    assertThatThrownBy(() -> host.launch(GUEST)).hasMessageContaining("ENOMEM");
    Guest guest = host.launch(GUEST);
    assertThat(guest.isRunning()).isTrue();
    assertThat(faults.count(SevCommand.LAUNCH_FINISH)).isEqualTo(1);
  }

  @Test
  @SealiftTest(ground = Ground.KVM)
  void onKvmAGuestIsMachineCode(TestHost host) throws Exception {
    Guest guest = host.launch(GuestSpec.writer("g", 8 << 20));
    assertThat(host.prove(guest).mismatches()).isZero();
  }
}
