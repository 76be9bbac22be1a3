package dev.sealift.testkit;

import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.PseudoRandomWriterProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** Linux's SEV layer in software: what a VMM sees as /dev/kvm and /dev/sev. */
public final class SoftwareKernel {
  /** As on Genoa; the lower ones are for guests with SEV-ES. */
  private static final int MAXIMUM_ASID = 1006;

  private static final int MINIMUM_SEV_ASID = 100;

  private final WatchedCalls calls;
  private final KernelFaults faults;
  private final ThreadSignals signals;
  private final SoftwarePlatform platform;

  private SoftwareKernel(
      WatchedCalls calls, KernelFaults faults, ThreadSignals signals, SoftwarePlatform platform) {
    this.calls = calls;
    this.faults = faults;
    this.signals = signals;
    this.platform = platform;
  }

  /** Boots a kernel on a machine of its own. */
  static SoftwareKernel boot(Ground ground, KernelProfile profile, SecureRandom random) {
    KernelSettings settings = KernelSettings.DEFAULT.with(profile);
    ProcessorFaults processorFaults = new ProcessorFaults();
    HostMemory memory = new HostMemory();
    SoftwareMachine.ProcessorFactory factory =
        (rest, controller) ->
            new FaultyProcessor(
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(ModelRoots.root().root())
                    .asids(MAXIMUM_ASID, MINIMUM_SEV_ASID)
                    .random(random)
                    .build(memory.over(rest), controller),
                processorFaults);
    SoftwareMachine machine =
        switch (ground) {
          case MODEL -> {
            byte[] memorySeed = new byte[32];
            random.nextBytes(memorySeed);
            yield SoftwareMachine.model(
                factory,
                rest -> new XexMemoryController(memory.over(rest), memorySeed),
                List.of(new PseudoRandomWriterProgram(), new IdleGuest()),
                settings);
          }
          case KVM -> overKvm(factory, settings);
        };
    KernelFaults faults = new KernelFaults();
    return new SoftwareKernel(
        new WatchedCalls(machine.calls(), faults),
        faults,
        machine.signals(),
        new SoftwarePlatform(
            (FaultyProcessor) machine.processor(),
            processorFaults,
            memory,
            new Host(machine.calls(), machine.signals())));
  }

  private static SoftwareMachine overKvm(
      SoftwareMachine.ProcessorFactory factory, KernelSettings settings) {
    if (!Files.isWritable(Path.of("/dev/kvm"))) {
      throw new TestAbortedException("this machine has no /dev/kvm to write to");
    }
    try {
      return SoftwareMachine.over(
          LinuxSystemCalls.open(), LinuxThreadSignals.open(), factory, settings);
    } catch (LinuxUnavailableException e) {
      throw new TestAbortedException(e.getMessage(), e);
    }
  }

  /**
   * The system calls. What they are given lies in memory that their own mmap has given, as {@link
   * SystemCalls} says.
   */
  public SystemCalls calls() {
    return calls;
  }

  /** How threads inside KVM_RUN are interrupted. */
  public ThreadSignals signals() {
    return signals;
  }

  /** Both, as {@code dev.sealift.vmm} takes them. */
  public Host host() {
    return new Host(calls, signals);
  }

  /** What goes wrong with it. */
  public KernelFaults faults() {
    return faults;
  }

  /** The processor below it. */
  public SoftwarePlatform platform() {
    return platform;
  }

  List<String> left() {
    return calls.left();
  }
}
