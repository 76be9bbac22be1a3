package dev.sealift.testkit;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.firmware.PacketRun;
import dev.sealift.firmware.RingHeads;
import dev.sealift.firmware.RingTails;
import dev.sealift.firmware.SecureProcessor;
import dev.sealift.firmware.WorldSwitch;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A processor before which faults stand, and which counts the ASIDs in use. */
final class FaultyProcessor implements SecureProcessor {
  private final SecureProcessor below;
  private final ProcessorFaults faults;
  private final AtomicInteger activeAsids = new AtomicInteger();

  FaultyProcessor(SecureProcessor below, ProcessorFaults faults) {
    this.below = below;
    this.faults = faults;
  }

  /** How many ASIDs guests have. */
  int activeAsids() {
    return activeAsids.get();
  }

  @Override
  public FirmwareStatus command(int id, long buffer) {
    PspCommand command = PspCommand.of(id);
    if (command != null) {
      Optional<ProcessorFaults.Fault> fault = faults.comes(command);
      if (fault.isPresent()) {
        return switch (fault.get()) {
          case ProcessorFaults.Fault.Answer(FirmwareStatus status) -> status;
          case ProcessorFaults.Fault.Silence _ -> throw new Silence();
        };
      }
    }
    FirmwareStatus status = below.command(id, buffer);
    if (command != null && status == FirmwareStatus.SUCCESS) {
      count(command);
    }
    return status;
  }

  private void count(PspCommand command) {
    switch (command) {
      case ACTIVATE, ACTIVATE_EX -> activeAsids.incrementAndGet();
      case DEACTIVATE -> activeAsids.decrementAndGet();
      default -> {}
    }
  }

  /** No answer. Nobody asks where in the code: the kernel's log has one line of it. */
  private static final class Silence extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Silence() {
      super("the test has the processor fall silent", null, false, false);
    }
  }

  @Override
  public Optional<RingHeads> ring(RingTails tails) {
    return below.ring(tails);
  }

  /** With a fault in sight packets go one by one, so that it strikes the right one. */
  @Override
  public Optional<PacketRun.Answer> run(PacketRun run) {
    if (faults.isPending(run.command())) {
      return Optional.empty();
    }
    Optional<PacketRun.Answer> answer = below.run(run);
    answer.ifPresent(done -> faults.came(run.command(), done.done()));
    return answer;
  }

  @Override
  public void writeBackAndInvalidateCaches() {
    below.writeBackAndInvalidateCaches();
  }

  @Override
  public int maximumAsid() {
    return below.maximumAsid();
  }

  @Override
  public int minimumSevAsid() {
    return below.minimumSevAsid();
  }

  @Override
  public WorldSwitch worldSwitch() {
    return below.worldSwitch();
  }

  @Override
  public int encryptionBit() {
    return below.encryptionBit();
  }
}
