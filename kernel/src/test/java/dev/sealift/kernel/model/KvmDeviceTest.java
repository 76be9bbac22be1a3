package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmCpuidEntry;
import dev.sealift.abi.kvm.KvmIoctl;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("/dev/kvm of the model host")
class KvmDeviceTest {
  private final ModelHost host = ModelHost.of();
  private final int device = host.openKvm();

  private int ioctl(int request, long argument) {
    return host.kvm.ioctl(device, request, argument);
  }

  @Test
  void isTheOnlyFileThereIs() {
    assertThat(host.kvm.open("/dev/sev", OpenFlags.O_RDWR)).isEqualTo(Errno.ENOENT.negated());
    assertThat(host.kvm.open("", OpenFlags.O_RDWR)).isEqualTo(Errno.ENOENT.negated());
  }

  @Test
  void speaksVersion12OfTheApi() {
    assertThat(ioctl(KvmIoctl.GET_API_VERSION, 0)).isEqualTo(12);
    assertThat(ioctl(KvmIoctl.GET_API_VERSION, 1)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void saysHowManyBytesOfAVcpuToMap() {
    assertThat(ioctl(KvmIoctl.GET_VCPU_MMAP_SIZE, 0)).isEqualTo(3 * 4096);
    assertThat(ioctl(KvmIoctl.GET_VCPU_MMAP_SIZE, 1)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void claimsTheExtensionsThatItHasAndNoOthers() {
    int immediateExit = 136;
    int readOnlyMemory = 81;
    int dirtyLogRing = 192;
    assertThat(ioctl(KvmIoctl.CHECK_EXTENSION, KvmCapability.EXIT_HYPERCALL)).isEqualTo(0x1000);
    assertThat(ioctl(KvmIoctl.CHECK_EXTENSION, immediateExit)).isEqualTo(1);
    assertThat(ioctl(KvmIoctl.CHECK_EXTENSION, readOnlyMemory)).isZero();
    assertThat(ioctl(KvmIoctl.CHECK_EXTENSION, dirtyLogRing)).isZero();
    assertThat(ioctl(KvmIoctl.CHECK_EXTENSION, KvmCapability.VM_COPY_ENC_CONTEXT_FROM)).isZero();
    assertThat(ioctl(KvmIoctl.CHECK_EXTENSION, (1L << 32) + immediateExit)).isZero();
    assertThat(host.kvm.ioctl(host.createVm(), KvmIoctl.CHECK_EXTENSION, immediateExit))
        .as("a VM says the same")
        .isEqualTo(1);
  }

  @Test
  void supportsTheCpuidOfKvmItselfAndTakesThatForAGuest() {
    MemorySegment cpuid = host.argument(8 + 2 * 40);
    for (int room = 0; room < 2; room++) {
      cpuid.set(ValueLayout.JAVA_INT, 0, room);
      assertThat(ioctl(KvmIoctl.GET_SUPPORTED_CPUID, cpuid.address()))
          .isEqualTo(Errno.E2BIG.negated());
    }
    cpuid.set(ValueLayout.JAVA_INT, 0, 2);
    assertThat(ioctl(KvmIoctl.GET_SUPPORTED_CPUID, cpuid.address())).isZero();
    assertThat(cpuid.get(ValueLayout.JAVA_INT, 0)).isEqualTo(2);
    assertThat(KvmCpuidEntry.read(cpuid.asSlice(8, 40)))
        .isEqualTo(
            new KvmCpuidEntry(
                0x4000_0000, 0, 0, 0x4000_0001, 0x4B4D_564B, 0x564B_4D56, 0x0000_004D));
    assertThat(KvmCpuidEntry.read(cpuid.asSlice(48, 40)))
        .as("the VMM adds the features that it serves itself")
        .isEqualTo(new KvmCpuidEntry(0x4000_0001, 0, 0, 0, 0, 0, 0));
    assertThat(ioctl(KvmIoctl.GET_SUPPORTED_CPUID, ModelHost.badAddress()))
        .isEqualTo(Errno.EFAULT.negated());
    int vm = host.createVm();
    int vcpu = host.kvm.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
    assertThat(host.kvm.ioctl(vcpu, KvmIoctl.SET_CPUID2, cpuid.address())).isZero();
  }

  @Test
  void makesMachinesOfTheDefaultType() {
    assertThat(ioctl(KvmIoctl.CREATE_VM, 0)).isPositive();
    assertThat(ioctl(KvmIoctl.CREATE_VM, 1)).isEqualTo(Errno.EINVAL.negated());
    assertThat(ioctl(KvmIoctl.CREATE_VM, 1L << 32)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void refusesWhatIsNoIoctlOfTheDescriptorAsLinuxDoes() {
    int vm = host.createVm();
    int vcpu = host.kvm.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
    assertThat(ioctl(KvmIoctl.RUN, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(ioctl(KvmIoctl.MEMORY_ENCRYPT_OP, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.kvm.ioctl(vm, KvmIoctl.GET_API_VERSION, 0)).isEqualTo(Errno.ENOTTY.negated());
    assertThat(host.kvm.ioctl(vm, KvmIoctl.MEMORY_ENCRYPT_OP, 0)).isEqualTo(Errno.ENOTTY.negated());
    assertThat(host.kvm.ioctl(vcpu, KvmIoctl.CREATE_VM, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.kvm.ioctl(vcpu, 0x1234, 0)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void refusesProgramsThatCannotBeToldApart() {
    TestProgram one = new TestProgram("same", machine -> new GuestStep.Halted());
    TestProgram other = new TestProgram("same", machine -> new GuestStep.Ran());
    assertThatThrownBy(() -> ModelHost.of(one, other)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAProgramWhoseSignatureHasAWrongSize() {
    GuestProgram program =
        new GuestProgram() {
          @Override
          public byte[] signature() {
            return new byte[SIGNATURE_SIZE - 1];
          }

          @Override
          public GuestStep step(GuestMachine machine) {
            return new GuestStep.Halted();
          }
        };
    assertThatThrownBy(() -> ModelHost.of(program)).isInstanceOf(IllegalArgumentException.class);
  }
}
