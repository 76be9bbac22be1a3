package dev.sealift.testkit;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What goes wrong with a Secure Processor. */
public final class ProcessorFaults {
  private final FaultPlan<PspCommand, Fault> plan = new FaultPlan<>();
  private final Map<PspCommand, Long> counts = new ConcurrentHashMap<>();

  ProcessorFaults() {}

  /** How the processor behaves at one command. */
  sealed interface Fault {
    /** The command is not run, and this is the answer. */
    record Answer(FirmwareStatus status) implements Fault {}

    /** There is no answer. */
    record Silence() implements Fault {}
  }

  /**
   * One command is not run, and is answered with a status.
   *
   * @param n which of these commands, counted from here on: 1 is the next
   */
  public void answer(PspCommand command, int n, FirmwareStatus status) {
    plan.order(command, n, new Fault.Answer(status), command + " is answered with " + status);
  }

  /**
   * The processor does not answer a command, which is not run: the kernel gives it up, as Linux
   * does, and every later command fails with EBUSY.
   *
   * @param n which of these commands, counted from here on: 1 is the next
   */
  public void fallSilent(PspCommand command, int n) {
    plan.order(command, n, new Fault.Silence(), command + " is not answered");
  }

  /** Takes back what has not struck yet. */
  public void clear() {
    plan.clear();
  }

  /** How many of these commands have come so far. */
  public long count(PspCommand command) {
    return counts.getOrDefault(command, 0L);
  }

  Optional<Fault> comes(PspCommand command) {
    counts.merge(command, 1L, Long::sum);
    return plan.happens(command);
  }

  /** So many came at once, of which none can be struck. */
  void came(PspCommand command, int count) {
    counts.merge(command, (long) count, Long::sum);
  }

  boolean isPending(PspCommand command) {
    return plan.isPending(command);
  }

  List<String> left() {
    return plan.left();
  }
}
