package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.SevCommand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("SEV over a kernel that has none")
class SoftwareSevTest {
  private static final int CAP_VM_TYPES = 235;

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);

  private void withSevEs() {
    processor.minimumSevAsid = 4;
    host = TestHost.of(processor);
  }

  @Test
  void descriptorsOfSevAreAboveAllOthers() {
    int first = host.openSev(OpenFlags.O_RDONLY);
    int second = host.openSev(OpenFlags.O_RDWR);

    assertThat(first).isEqualTo(0x40000000);
    assertThat(second).isEqualTo(first + 1);
    host.calls.close(first);
    assertThat(host.openSev(OpenFlags.O_RDONLY)).isEqualTo(first);
  }

  @Test
  void otherPathsAreTheKernelsBelow() {
    assertThat(host.calls.open("/dev/sev2", 0)).isEqualTo(Errno.ENOENT.negated());
    assertThat(host.calls.open("/dev/kvm", 0)).isBetween(0, 0x3FFFFFFF);
  }

  @Test
  void otherIoctlsOfAVmAreTheKernelsBelow() {
    int vm = host.sevVm();
    host.kernel.passedDown.clear();

    assertThat(host.calls.ioctl(vm, KvmIoctl.SET_USER_MEMORY_REGION, 0))
        .isEqualTo(Errno.ENOTTY.negated());

    assertThat(host.kernel.passedDown).containsExactly("vm 0x4020ae46");
  }

  @Test
  void sevIoctlsOfAVmNeverGoDown() {
    int vm = host.createVm();
    long memory = host.map(4096).address();
    host.kernel.passedDown.clear();

    host.op(vm, SevCommand.INIT);
    host.register(vm, memory, 4096);
    host.unregister(vm, memory, 4096);

    assertThat(host.kernel.passedDown).isEmpty();
  }

  @Test
  void toTheKernelBelowASevGuestIsAVmLikeAnyOther() {
    withSevEs();
    assertThat(host.createVm(2)).isNotNegative();
    assertThat(host.createVm(3)).isNotNegative();
  }

  @Test
  void vmTypesThatAreNotThereAreRefusedByTheKernelBelow() {
    assertThat(host.createVm(1)).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.createVm(3)).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.createVm(4)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void theVmTypesOfSevAreAnnounced() {
    assertThat(host.checkExtension(CAP_VM_TYPES)).isEqualTo(0b0101);
    withSevEs();
    assertThat(host.checkExtension(CAP_VM_TYPES)).isEqualTo(0b1101);
    assertThat(host.checkExtension(1)).isEqualTo(BareKernel.VM_TYPES);
  }

  @Test
  void aMachineWithoutSevAnnouncesNothing() {
    processor.maximumAsid = 0;
    host = TestHost.of(processor);

    assertThat(host.checkExtension(CAP_VM_TYPES)).isEqualTo(0b0001);
    assertThat(host.createVm(2)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void sevCannotBeMapped() {
    int fd = host.openSev(OpenFlags.O_RDWR);

    assertThat(host.calls.mmap(4096, 3, 1, fd, 0)).isEqualTo(new MapResult.Refused(Errno.ENODEV));
    assertThat(host.calls.mmap(4096, 3, 1, fd + 1, 0))
        .isEqualTo(new MapResult.Refused(Errno.EBADF));
  }

  @Test
  void aRefusedMappingIsARefusedMapping() {
    assertThat(host.calls.mmap(4096, 3, 1, 3, 0)).isEqualTo(new MapResult.Refused(Errno.ENODEV));
  }

  @Test
  void onlyAWholeMappingIsUnmapped() {
    MemorySegment memory = host.map(8192);
    try (Arena arena = Arena.ofConfined()) {
      assertThat(host.calls.munmap(arena.allocate(4096, 4096))).isEqualTo(Errno.EINVAL.negated());
    }
    assertThat(host.calls.munmap(memory.asSlice(0, 4096))).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.calls.munmap(memory.asSlice(4096))).isEqualTo(Errno.EINVAL.negated());

    assertThat(host.calls.munmap(memory)).isZero();
    assertThat(host.calls.munmap(memory)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void memoryLostBehindTheKernelsBackIsABadAddress() {
    int vm = host.createVm();
    MemorySegment memory = host.map(4096);
    host.kernel.lose(memory);

    assertThat(host.calls.ioctl(vm, KvmIoctl.MEMORY_ENCRYPT_OP, memory.address()))
        .isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void noExceptionLeavesAnIoctl() {
    int vm = host.createVm();
    host.kernel.beforeIoctl =
        () -> {
          throw new IllegalStateException("already closed");
        };

    assertThat(host.calls.ioctl(vm, KvmIoctl.GET_DIRTY_LOG, 0)).isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void aMappingWithoutPagesIsRefusedAndGivenBack() {
    assertThat(host.calls.mmap(0, 3, 1, -1, 0)).isEqualTo(new MapResult.Refused(Errno.ENOMEM));
  }

  @Test
  void whatTheKernelBelowSaysOfUnmappingIsTheAnswer() {
    MemorySegment memory = host.map(4096);
    host.kernel.lose(memory);

    assertThat(host.calls.munmap(memory)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void aVmAndAVcpuMayHaveDescriptorZero() {
    host.kernel.nextFd.set(0);
    int vm = host.createVm();
    assertThat(vm).isZero();
    assertThat(host.op(vm, SevCommand.INIT).result()).isZero();

    int another = host.createVm();
    host.kernel.nextFd.set(1 << 20);
    host.calls.close(vm);
    host.kernel.nextFd.set(0);
    assertThat(host.calls.ioctl(another, KvmIoctl.CREATE_VCPU, 0)).isZero();
    assertThat(host.vms.at(another).isCreatingVcpu()).isFalse();
    assertThat(host.op(another, SevCommand.INIT).result()).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void aVmThatTheKernelBelowLostMakesRoomForTheNextOfItsNumber() {
    int vm = host.sevVm();
    MemorySegment memory = host.map(4096);
    host.register(vm, memory.address(), 4096);
    SevVirtualMachine lost = host.vms.at(vm);
    host.kernel.close(vm);
    host.kernel.nextFd.set(vm);

    assertThat(host.createVm()).isEqualTo(vm);

    assertThat(lost.pinnedPages().locked()).isZero();
    assertThat(lost.asid()).isZero();
    assertThat(host.vms.at(vm).isSevGuest()).isFalse();
  }

  @Test
  void whatTheKernelBelowDoesNotOfferIsStillOfferedForSev() {
    host.kernel.extensions = 0;

    assertThat(host.checkExtension(KvmCapability.VM_COPY_ENC_CONTEXT_FROM)).isEqualTo(1);
    host.kernel.extensions = Errno.EINVAL.negated();
    assertThat(host.checkExtension(KvmCapability.VM_COPY_ENC_CONTEXT_FROM))
        .isEqualTo(Errno.EINVAL.negated());
  }
}
