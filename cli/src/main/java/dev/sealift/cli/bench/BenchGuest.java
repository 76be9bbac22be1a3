package dev.sealift.cli.bench;

import dev.sealift.cli.HostMachine;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.StepCounter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The guests that the bench moves. */
final class BenchGuest {
  private static final int POLICY =
      GuestPolicy.of(GuestPolicy.Flag.NODBG, GuestPolicy.Flag.NOKS, GuestPolicy.Flag.SEV).word();
  private static final Duration BOOT = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int BATCHES_BEFORE_MOVE = 32;

  private BenchGuest() {}

  /** A guest that does nothing, and all of whose memory is private and random. */
  static Guest idle(HostMachine machine, long memoryBytes) throws VmmException, TimeoutException {
    Guest guest = create(machine, memoryBytes, IdleGuest.WORKLOAD);
    boolean done = false;
    try {
      RandomMemory.fill(guest.memory().segment());
      IdleGuest.load(guest.memory());
      IdleGuest.prepare(guest.vcpu());
      IdleGuest.rest(guest.machine());
      launch(guest, IdleGuest.IMAGE_BYTES);
      guest.run();
      awaitReady(guest);
      done = true;
      return guest;
    } finally {
      if (!done) {
        guest.close();
      }
    }
  }

  /** A guest that writes to so many pages as fast as it can. */
  static Guest hot(HostMachine machine, long memoryBytes, long hotPages)
      throws VmmException, InterruptedException, TimeoutException {
    var plan = new PseudoRandomWriter.Plan(memoryBytes, hotPages);
    Guest guest = create(machine, memoryBytes, plan.workload());
    boolean done = false;
    try {
      PseudoRandomWriter.load(guest.memory(), plan);
      PseudoRandomWriter.prepare(guest.vcpu(), plan);
      launch(guest, PseudoRandomWriter.MEASURED_BYTES);
      StepCounter steps = StepCounter.attach(guest.machine());
      guest.run();
      steps.await(BATCHES_BEFORE_MOVE, BOOT);
      done = true;
      return guest;
    } finally {
      if (!done) {
        guest.close();
      }
    }
  }

  private static Guest create(HostMachine machine, long memoryBytes, String workload)
      throws VmmException {
    return Guest.create(
        machine.host(),
        machine.platform(),
        new GuestConfiguration("bench", memoryBytes, POLICY, workload));
  }

  private static void launch(Guest guest, int imageBytes) throws VmmException {
    Launch launch = guest.sev().launchStart(POLICY, null, null);
    launch.updateData(0, imageBytes);
    launch.measure().finish();
  }

  private static void awaitReady(Guest guest) throws TimeoutException {
    long end = System.nanoTime() + BOOT.toNanos();
    while (!guest.migrationControl().isReady()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("the guest did not boot in " + BOOT.toSeconds() + " seconds");
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }
}
