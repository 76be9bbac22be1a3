package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@DisplayName("Descriptors")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class DescriptorsTest {
  private static final int EBADF = Errno.EBADF.negated();

  @Test
  void areBadOnceClosed() {
    ModelHost host = ModelHost.of();
    int vm = host.createVm();
    assertThat(host.kvm.close(vm)).isZero();
    assertThat(host.kvm.close(vm)).isEqualTo(EBADF);
    assertThat(host.kvm.ioctl(vm, KvmIoctl.CREATE_VCPU, 0)).isEqualTo(EBADF);
    assertThat(host.kvm.ioctl(-1, KvmIoctl.RUN, 0)).isEqualTo(EBADF);
    assertThat(host.kvm.close(-1)).isEqualTo(EBADF);
  }

  @Test
  void areNeverGivenToAnother() {
    ModelHost host = ModelHost.of();
    int first = host.createVm();
    host.kvm.close(first);
    assertThat(host.createVm()).isNotEqualTo(first);
  }

  @Test
  void runOut() {
    ModelHost host = ModelHost.of();
    int device = host.openKvm();
    int opened = 0;
    int fd = 0;
    while (opened < 1 << 20 && (fd = host.kvm.ioctl(device, KvmIoctl.CREATE_VM, 0)) > 0) {
      opened++;
    }
    assertThat(fd).isEqualTo(Errno.EMFILE.negated());
    assertThat(host.kvm.open("/dev/kvm", 0)).isEqualTo(Errno.EMFILE.negated());
    assertThat(host.kvm.close(device)).isZero();
    assertThat(host.kvm.open("/dev/kvm", 0)).isPositive();
  }

  @Test
  void ofVcpusKeepTheirMachineAlive() {
    TestProgram halting = new TestProgram("halts", machine -> new GuestStep.Halted());
    ModelGuest guest = ModelGuest.ready(halting, 0x10000);
    assertThat(guest.host.kvm.close(guest.vm)).isZero();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
  }

  @Test
  void ofARunningVcpuEndItsRunWhenClosed() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    TestProgram program =
        new TestProgram(
            "runs",
            machine -> {
              running.countDown();
              return new GuestStep.Ran();
            });
    ModelGuest guest = ModelGuest.ready(program, 0x10000);
    CompletableFuture<Integer> run = CompletableFuture.supplyAsync(guest::enter);
    running.await();
    assertThat(guest.host.kvm.close(guest.vcpu)).isZero();
    assertThat(run.join()).isEqualTo(Errno.EINTR.negated());
    assertThat(guest.enter()).isEqualTo(EBADF);
    assertThat(guest.host.kvm.close(guest.vm)).isZero();
  }
}
