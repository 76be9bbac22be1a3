package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.firmware.MemoryController;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SecureProcessor;
import dev.sealift.firmware.SystemMemory;
import dev.sealift.kernel.model.SoftwareKvm;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A host with SEV laid over a {@link BareKernel}, and the process on it that makes the calls. */
final class TestHost {
  /** What the error field holds before a call, so that it shows whether the firmware was asked. */
  static final int UNTOUCHED = 0x5EA11F7;

  private static final long SCRATCH_SIZE = 1 << 20;

  /** What a command answered: the ioctl's result, and the error field. */
  record Outcome(int result, int error) {}

  final BareKernel kernel = new BareKernel();
  final PhysicalMemory physicalMemory = new PhysicalMemory();
  final MappedMemory user = new MappedMemory(physicalMemory);
  final VirtualMachines vms = new VirtualMachines();
  final MemoryController controller;
  final SevModule module;
  final SystemCalls calls;
  private final int kvm;
  private final MemorySegment scratch;
  private long taken;

  TestHost(
      Function<SystemMemory, MemoryController> controller,
      SoftwareMachine.ProcessorFactory factory,
      KernelSettings settings) {
    this(controller, factory, settings, null);
  }

  /** A host that can also run guests, in a model of KVM, if it is given programs for them. */
  TestHost(
      Function<SystemMemory, MemoryController> controller,
      SoftwareMachine.ProcessorFactory factory,
      KernelSettings settings,
      @Nullable List<GuestProgram> programs) {
    this.controller = controller.apply(physicalMemory);
    SecureProcessor processor = factory.create(physicalMemory, this.controller);
    DeviceFiles files = new DeviceFiles();
    this.module = SevModule.load(settings, processor, physicalMemory, user, files);
    SystemCalls below =
        programs == null
            ? kernel
            : new SoftwareKvm(user, this.controller, processor.worldSwitch(), vms, programs);
    this.calls = new SoftwareSev(below, user, module, files, vms);
    this.kvm = calls.open("/dev/kvm", OpenFlags.O_RDWR);
    this.scratch = map(SCRATCH_SIZE);
  }

  /** A host whose processor does as the test says. */
  static TestHost of(ScriptedProcessor processor) {
    return of(processor, KernelSettings.DEFAULT);
  }

  static TestHost of(ScriptedProcessor processor, KernelSettings settings) {
    return new TestHost(
        PlainMemoryController::new,
        (memory, controller) -> {
          processor.memory = memory;
          return processor;
        },
        settings);
  }

  /** New memory that may be read and written. */
  MemorySegment map(long bytes) {
    return map(bytes, MapFlags.PROT_READ | MapFlags.PROT_WRITE);
  }

  MemorySegment map(long bytes, int protection) {
    return ((MapResult.Mapped)
            calls.mmap(bytes, protection, MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS, -1, 0))
        .memory();
  }

  /** An address where nothing is mapped any more. */
  long unmapped() {
    MemorySegment memory = map(4096);
    assertThat(calls.munmap(memory)).isZero();
    return memory.address();
  }

  /** Zeroed memory that nobody else uses. */
  MemorySegment take(long bytes) {
    long from = taken;
    taken += (bytes + 15) & -16;
    return scratch.asSlice(from, bytes);
  }

  /** A struct in user memory, written by its own codec. */
  MemorySegment struct(int size, Consumer<MemorySegment> write) {
    MemorySegment struct = take(size);
    write.accept(struct);
    return struct;
  }

  MemorySegment put(byte[] bytes) {
    return struct(bytes.length, segment -> segment.copyFrom(MemorySegment.ofArray(bytes)));
  }

  static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  /** Whether memory, however much, holds one byte only. */
  static boolean holdsOnly(MemorySegment memory, int value) {
    return memory.mismatch(
            MemorySegment.ofArray(new byte[(int) memory.byteSize()]).fill((byte) value))
        == -1;
  }

  int createVm() {
    return createVm(0);
  }

  int createVm(long type) {
    return calls.ioctl(kvm, KvmIoctl.CREATE_VM, type);
  }

  int checkExtension(int capability) {
    return calls.ioctl(kvm, KvmIoctl.CHECK_EXTENSION, capability);
  }

  int checkExtension(int fd, int capability) {
    return calls.ioctl(fd, KvmIoctl.CHECK_EXTENSION, capability);
  }

  /** KVM_ENABLE_CAP with one argument. */
  int enableCap(int vm, int capability, int flags, long argument) {
    byte[] arguments = new byte[32];
    MemorySegment.ofArray(arguments).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, argument);
    MemorySegment struct = struct(104, new KvmEnableCap(capability, flags, arguments)::write);
    return calls.ioctl(vm, KvmIoctl.ENABLE_CAP, struct.address());
  }

  int openSev(int flags) {
    return calls.open("/dev/sev", flags);
  }

  Outcome op(int vm, SevCommand command) {
    return op(vm, command.id(), 0, 0);
  }

  Outcome op(int vm, SevCommand command, MemorySegment data) {
    return op(vm, command.id(), data.address(), 0);
  }

  Outcome op(int vm, SevCommand command, MemorySegment data, int sevFd) {
    return op(vm, command.id(), data.address(), sevFd);
  }

  /** KVM_MEMORY_ENCRYPT_OP. */
  Outcome op(int vm, int id, long data, int sevFd) {
    MemorySegment struct = struct(24, new KvmSevCmd(id, data, UNTOUCHED, sevFd)::write);
    int result = calls.ioctl(vm, KvmIoctl.MEMORY_ENCRYPT_OP, struct.address());
    return new Outcome(result, KvmSevCmd.read(struct).error());
  }

  /** SEV_ISSUE_CMD. */
  Outcome issue(int fd, SevDeviceCommand command, long data) {
    return issue(fd, command.id(), data);
  }

  Outcome issue(int fd, int command, long data) {
    MemorySegment struct = struct(16, new SevIssueCmd(command, data, UNTOUCHED)::write);
    int result = calls.ioctl(fd, SevIoctl.ISSUE_CMD, struct.address());
    return new Outcome(result, SevIssueCmd.read(struct).error());
  }

  int register(int vm, long address, long size) {
    return region(vm, KvmIoctl.MEMORY_ENCRYPT_REG_REGION, address, size);
  }

  int unregister(int vm, long address, long size) {
    return region(vm, KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION, address, size);
  }

  private int region(int vm, int request, long address, long size) {
    return calls.ioctl(vm, request, struct(16, new KvmEncRegion(address, size)::write).address());
  }

  /** A VM that KVM_SEV_INIT made a SEV guest. */
  int sevVm() {
    int vm = createVm();
    assertThat(op(vm, SevCommand.INIT).result()).isZero();
    return vm;
  }

  /** Pages that a VM has pinned. */
  long pinned(int vm) {
    return vms.at(vm).pinnedPages().locked();
  }
}
