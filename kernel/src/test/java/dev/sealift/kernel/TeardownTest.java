package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.sev.SevCommand;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The end of a VM")
class TeardownTest {
  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);

  @Test
  void cachesAreWrittenBackBeforeTheFirmwareForgetsTheGuest() {
    StartedGuest guest = StartedGuest.launched(host);
    processor.forget();

    assertThat(host.calls.close(guest.vm())).isZero();

    assertThat(processor.log).containsExactly("WBINVD", "DEACTIVATE", "DECOMMISSION");
    assertThat(HandleBuffer.read(processor.issued.getFirst().buffer()).handle())
        .isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    assertThat(HandleBuffer.read(processor.last().buffer()).handle())
        .isEqualTo(ScriptedProcessor.FIRST_HANDLE);
  }

  @Test
  void itIsOverBeforeTheKernelBelowClosesTheVm() {
    StartedGuest guest = StartedGuest.launched(host);
    processor.forget();
    int[] seen = new int[1];
    host.kernel.beforeClose = () -> seen[0] = processor.log.size();

    host.calls.close(guest.vm());

    assertThat(seen[0]).isEqualTo(3);
  }

  @Test
  void untilItIsOverTheVmIsABadDescriptorAndNotOneWithoutSev() {
    StartedGuest guest = StartedGuest.launched(host);
    int[] seen = new int[2];
    host.kernel.beforeClose =
        () -> {
          seen[0] = host.op(guest.vm(), SevCommand.GUEST_STATUS).result();
          seen[1] = host.register(guest.vm(), host.map(4096).address(), 4096);
        };

    host.calls.close(guest.vm());

    assertThat(seen).containsOnly(Errno.EBADF.negated());
    assertThat(host.vms.at(guest.vm())).isNull();
  }

  @Test
  void aNumberThatIsGivenAgainAtOnceIsTheNewVms() {
    int vm = host.sevVm();
    host.kernel.beforeClose =
        () -> {
          host.kernel.beforeClose = () -> {};
          host.kernel.close(vm);
          host.kernel.nextFd.set(vm);
          assertThat(host.createVm()).isEqualTo(vm);
        };

    host.calls.close(vm);

    assertThat(host.vms.at(vm)).isNotNull();
    assertThat(host.vms.at(vm).isSevGuest()).isFalse();
  }

  @Test
  void aVcpuIsForgottenToo() {
    int vm = host.sevVm();
    int vcpu = host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);

    assertThat(host.calls.close(vcpu)).isZero();

    assertThat(host.vms.vcpuAt(vcpu)).isNull();
  }

  @Test
  void aGuestThatTheFirmwareNeverKnewIsNotNamedToIt() {
    int vm = host.sevVm();
    processor.forget();

    host.calls.close(vm);

    assertThat(processor.log).containsExactly("WBINVD");
  }

  @Test
  void aVmThatIsNoSevGuestConcernsNobody() {
    int vm = host.createVm();
    processor.forget();

    assertThat(host.calls.close(vm)).isZero();

    assertThat(processor.log).isEmpty();
  }

  @Test
  void everyRegionIsUnpinned() {
    int vm = host.sevVm();
    MemorySegment memory = host.map(8192);
    host.register(vm, memory.address(), 8192);
    host.register(vm, memory.address(), 4096);
    SevVirtualMachine destroyed = host.vms.at(vm);
    assertThat(host.pinned(vm)).isEqualTo(3);

    host.calls.close(vm);

    assertThat(destroyed.pinnedPages().locked()).isZero();
  }

  @Test
  void theKernelKeepsNoMemoryOfIt() throws Refusal {
    long before = host.physicalMemory.ranges();
    StartedGuest guest = StartedGuest.launched(host);
    host.vms.at(guest.vm()).header().zeroed(52);
    host.vms.at(guest.vm()).transport().zeroed(1 << 20);
    assertThat(host.physicalMemory.ranges()).isEqualTo(before + 2);

    host.calls.close(guest.vm());

    assertThat(host.physicalMemory.ranges()).isEqualTo(before);
  }

  @Test
  void closingTwiceIsABadDescriptor() {
    int vm = host.sevVm();
    assertThat(host.calls.close(vm)).isZero();
    processor.forget();

    assertThat(host.calls.close(vm)).isNegative();

    assertThat(processor.log).isEmpty();
  }

  @Test
  void theRegistersOfAVcpuThatIsJustBeingCreatedGoToo() {
    ScriptedProcessor withSevEs = new ScriptedProcessor();
    withSevEs.minimumSevAsid = 4;
    TestHost another = TestHost.of(withSevEs);
    int vm = another.createVm();
    int ranges = another.physicalMemory.ranges();
    assertThat(another.op(vm, SevCommand.ES_INIT).result()).isZero();
    int withTrustedMemory = ranges + 1;
    another.kernel.beforeIoctl = () -> another.vms.at(vm).destroy();

    assertThat(another.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0)).isNotNegative();

    assertThat(another.physicalMemory.ranges()).isEqualTo(withTrustedMemory);
  }
}
