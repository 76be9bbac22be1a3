package dev.sealift.kernel;

import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.firmware.MemoryController;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SecureProcessor;
import dev.sealift.firmware.SystemMemory;
import dev.sealift.kernel.model.SoftwareKvm;
import java.util.List;
import java.util.function.Function;

/**
 * A machine with SEV where there is none in hardware: its memory, its Secure Processor, and the
 * kernel that a VMM calls. Machines share nothing: two of them in one process are two hosts.
 */
public final class SoftwareMachine {

  /** Makes the processor once the machine's memory exists. */
  @FunctionalInterface
  public interface ProcessorFactory {
    SecureProcessor create(SystemMemory memory, MemoryController controller);
  }

  private final PhysicalMemory physicalMemory;
  private final SoftwareSev sev;
  private final ThreadSignals signals;
  private final SecureProcessor processor;

  private SoftwareMachine(
      PhysicalMemory physicalMemory,
      SoftwareSev sev,
      ThreadSignals signals,
      SecureProcessor processor) {
    this.physicalMemory = physicalMemory;
    this.sev = sev;
    this.signals = signals;
    this.processor = processor;
  }

  /**
   * A machine all in software; its guest memory is encrypted at rest.
   *
   * @param controller makes the memory controller that encrypts
   * @param programs what guests can run
   */
  public static SoftwareMachine model(
      ProcessorFactory processor,
      Function<SystemMemory, MemoryController> controller,
      List<GuestProgram> programs) {
    return model(processor, controller, programs, KernelSettings.DEFAULT);
  }

  /** The same, with a kernel that is told something of its host and caller. */
  public static SoftwareMachine model(
      ProcessorFactory processor,
      Function<SystemMemory, MemoryController> controller,
      List<GuestProgram> programs,
      KernelSettings settings) {
    return model(processor, controller, programs, settings, MemorySource.PRIVATE);
  }

  /**
   * The same, with memory from somewhere else.
   *
   * @param source where what the VMM maps comes from
   */
  public static SoftwareMachine model(
      ProcessorFactory processor,
      Function<SystemMemory, MemoryController> controller,
      List<GuestProgram> programs,
      KernelSettings settings,
      MemorySource source) {
    PhysicalMemory physicalMemory = new PhysicalMemory();
    MappedMemory user = new MappedMemory(physicalMemory);
    MemoryController memoryController = controller.apply(physicalMemory);
    VirtualMachines vms = new VirtualMachines();
    SecureProcessor made = processor.create(physicalMemory, memoryController);
    SoftwareKvm kvm =
        new SoftwareKvm(source, user, memoryController, made.worldSwitch(), vms, programs);
    DeviceFiles files = new DeviceFiles();
    SevModule module = SevModule.load(settings, made, physicalMemory, user, files);
    SoftwareSev sev = new SoftwareSev(kvm, user, module, files, vms);
    return new SoftwareMachine(physicalMemory, sev, kvm, made);
  }

  /**
   * SEV in software over a real kernel: the CPU has no keys, so guest memory stays plain. There is
   * no SEV-ES, whatever the settings say: the registers of a vCPU are that kernel's.
   *
   * @param linux the kernel that serves everything but SEV
   */
  public static SoftwareMachine over(
      SystemCalls linux, ThreadSignals signals, ProcessorFactory processor) {
    return over(linux, signals, processor, KernelSettings.DEFAULT);
  }

  /** The same, with a kernel that is told something of its host and caller. */
  public static SoftwareMachine over(
      SystemCalls linux,
      ThreadSignals signals,
      ProcessorFactory processor,
      KernelSettings settings) {
    PhysicalMemory physicalMemory = new PhysicalMemory();
    MappedMemory user = new MappedMemory(physicalMemory);
    SecureProcessor made =
        processor.create(physicalMemory, new PlainMemoryController(physicalMemory));
    DeviceFiles files = new DeviceFiles();
    SevModule module = SevModule.load(settings.withoutSevEs(), made, physicalMemory, user, files);
    SoftwareSev sev = new SoftwareSev(linux, user, module, files, new VirtualMachines());
    return new SoftwareMachine(physicalMemory, sev, signals, made);
  }

  /** The kernel as a VMM calls it. */
  public SystemCalls calls() {
    return sev;
  }

  /** The driver behind /dev/sev, for callers that are not in this process. */
  public SevDevice device() {
    return sev.device();
  }

  /**
   * What this machine's KVM keeps for SEV of a VM that another process has, until it is closed. It
   * is for a machine over a real kernel, which is the other process's, too.
   *
   * @param caller the process; KVM serves a VM for no other
   */
  public ForeignVirtualMachine foreignVm(ForeignCaller caller) {
    return sev.foreignVm(physicalMemory, caller);
  }

  /** How threads inside KVM_RUN are interrupted. */
  public ThreadSignals signals() {
    return signals;
  }

  /** The machine's Secure Processor, as only the machine itself reaches it. */
  public SecureProcessor processor() {
    return processor;
  }
}
