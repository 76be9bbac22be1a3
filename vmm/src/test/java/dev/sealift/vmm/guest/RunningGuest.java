package dev.sealift.vmm.guest;

import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE;
import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE_PAGES;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.KvmHost;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.Vcpu;
import dev.sealift.vmm.VcpuState;
import dev.sealift.vmm.VirtualMachine;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A guest of this machine's KVM that runs the program; skips the test where there is no KVM. */
final class RunningGuest implements AutoCloseable {
  static final Plan PLAN = new Plan(16L << 20, 1024);

  private static final long LAST_EXCHANGE_WORD =
      EXCHANGE + (long) EXCHANGE_PAGES * Pages.SIZE - Long.BYTES;

  final VirtualMachine machine;

  private RunningGuest(VirtualMachine machine) {
    this.machine = machine;
  }

  /** Launched, and past its boot. */
  static RunningGuest launch() throws VmmException {
    RunningGuest guest = empty();
    PseudoRandomWriter.load(guest.machine.memory(), PLAN);
    PseudoRandomWriter.prepare(guest.machine.vcpu(), PLAN);
    guest.machine.vcpu().start();
    guest.awaitConversions(3);
    return guest;
  }

  /** A virtual machine of the same size with nothing in it. */
  static RunningGuest empty() throws VmmException {
    return new RunningGuest(VirtualMachine.create(KvmHost.orSkip(), PLAN.memoryBytes()));
  }

  /** Takes over everything that a paused guest is: memory, page status and vCPU. */
  void takeOver(RunningGuest other) throws VmmException {
    MemorySegment.copy(other.machine.memory().segment(), 0, memory(), 0, memory().byteSize());
    machine.pageStatus().replaceShared(other.machine.pageStatus().shared());
    machine.vcpu().restore(VcpuState.decode(other.machine.vcpu().save().encode()));
  }

  void run() throws VmmException {
    if (machine.vcpu().state() instanceof Vcpu.State.Ready) {
      machine.vcpu().start();
    } else {
      machine.vcpu().resume();
    }
  }

  void pause() throws VmmException {
    machine.vcpu().pause();
  }

  /** Pauses it anywhere but between the loss of its exchange range and the end of its refilling. */
  void pauseWithFullExchange() throws VmmException {
    pause();
    while (memory().get(ValueLayout.JAVA_LONG, LAST_EXCHANGE_WORD) == 0) {
      run();
      pause();
    }
  }

  MemorySegment memory() {
    return machine.memory().segment();
  }

  MemorySegment page(long page) {
    return machine.memory().page(page);
  }

  long steps() throws VmmException {
    return PseudoRandomWriter.steps(machine.vcpu().registers());
  }

  PageSet shared() {
    return machine.pageStatus().shared();
  }

  /** Runs until it has announced so many ranges more. */
  void awaitConversions(long more) {
    long until = machine.pageStatus().conversions() + more;
    await(() -> machine.pageStatus().conversions() >= until);
  }

  void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      machine
          .vcpu()
          .failure()
          .ifPresent(reason -> {
            throw new AssertionError("the guest ended: " + reason);
          });
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  @Override
  public void close() {
    machine.close();
  }
}
