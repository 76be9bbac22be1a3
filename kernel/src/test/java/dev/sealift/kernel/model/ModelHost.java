package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.firmware.MemoryController;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SystemMemory;
import dev.sealift.firmware.WorldSwitch;
import dev.sealift.kernel.EncryptionContexts;
import dev.sealift.kernel.MappedMemory;
import dev.sealift.kernel.MemorySource;
import dev.sealift.kernel.PhysicalMemory;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;

/**
 * A model host and the process on it that makes the calls: what stands above the kernel in a test.
 */
final class ModelHost {
  private static final long SCRATCH_SIZE = 1 << 16;

  final SoftwareKvm kvm;
  final MemoryController controller;
  private final MappedMemory user;
  private final MemorySegment scratch;

  private ModelHost(
      MemorySource source,
      Function<SystemMemory, MemoryController> controller,
      EncryptionContexts contexts,
      List<GuestProgram> programs) {
    PhysicalMemory physical = new PhysicalMemory();
    this.controller = controller.apply(physical);
    user = new MappedMemory(physical);
    kvm = new SoftwareKvm(source, user, this.controller, WorldSwitch.NONE, contexts, programs);
    scratch = map(SCRATCH_SIZE);
  }

  /** A host whose guests are not encrypted. */
  static ModelHost of(GuestProgram... programs) {
    return over(MemorySource.PRIVATE, programs);
  }

  /** The same with memory from somewhere. */
  static ModelHost over(MemorySource source, GuestProgram... programs) {
    return new ModelHost(source, PlainMemoryController::new, vmFd -> 0, List.of(programs));
  }

  /** A host whose guests run under the ASIDs that {@code contexts} says. */
  static ModelHost encrypting(
      Function<SystemMemory, MemoryController> controller,
      EncryptionContexts contexts,
      GuestProgram... programs) {
    return new ModelHost(MemorySource.PRIVATE, controller, contexts, List.of(programs));
  }

  int openKvm() {
    int fd = kvm.open("/dev/kvm", OpenFlags.O_RDWR);
    assertThat(fd).isNotNegative();
    return fd;
  }

  int createVm() {
    int vm = kvm.ioctl(openKvm(), KvmIoctl.CREATE_VM, 0);
    assertThat(vm).isNotNegative();
    return vm;
  }

  /** New anonymous memory. */
  MemorySegment map(long bytes) {
    return map(
        kvm.mmap(
            bytes,
            MapFlags.PROT_READ | MapFlags.PROT_WRITE,
            MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS,
            -1,
            0));
  }

  /** The pages of a vCPU. */
  MemorySegment mapVcpu(int vcpu) {
    return map(
        kvm.mmap(
            RunPage.SIZE, MapFlags.PROT_READ | MapFlags.PROT_WRITE, MapFlags.MAP_SHARED, vcpu, 0));
  }

  private MemorySegment map(MapResult result) {
    MemorySegment memory = ((MapResult.Mapped) result).memory();
    assertThat(user.map(memory, MapFlags.PROT_READ | MapFlags.PROT_WRITE)).isTrue();
    return memory;
  }

  int unmap(MemorySegment memory) {
    user.unmap(memory);
    return kvm.munmap(memory);
  }

  /** What LAUNCH_UPDATE_DATA does: memory is read in the clear and written under a key. */
  void encryptInPlace(MemorySegment memory, int asid) {
    byte[] text = memory.toArray(ValueLayout.JAVA_BYTE);
    long physical = user.physicalAddress(memory.address(), UserMemory.Access.WRITE);
    assertThat(controller.write(asid, physical, MemorySegment.ofArray(text))).isTrue();
  }

  /** Zeroed memory for the argument of one ioctl. */
  MemorySegment argument(long bytes) {
    return scratch.asSlice(0, bytes).fill((byte) 0);
  }

  /** An address at which there is no memory. */
  static long badAddress() {
    return 8;
  }
}
