package dev.sealift.vmm.guest;

import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.PortDevice;
import dev.sealift.vmm.VirtualMachine;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Hears from a guest how far it is: after each batch it writes the number of batches it has done,
 * so nobody must look into its registers, which are not to be seen in an SEV-ES guest.
 *
 * <p>Thread-safe.
 */
public final class StepCounter implements PortDevice {
  private long batches;
  private long reports;

  private StepCounter() {}

  /** Listens to a guest from here on; nothing is known until it next reports. */
  public static StepCounter attach(VirtualMachine machine) {
    var counter = new StepCounter();
    machine.ports().attach(GuestPorts.PROGRESS, counter);
    return counter;
  }

  /** Steps up to the last batch that was reported; zero before the first. */
  public synchronized long steps() {
    return batches * PseudoRandomWriter.STEPS_PER_BATCH;
  }

  /** Waits until the guest has reported so many batches more. */
  public synchronized void await(int more, Duration patience)
      throws InterruptedException, TimeoutException {
    long wanted = reports + more;
    long deadline = System.nanoTime() + patience.toNanos();
    while (reports < wanted) {
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (left <= 0) {
        throw new TimeoutException(
            "the guest did no batch of work in " + patience.toSeconds() + " seconds");
      }
      wait(left);
    }
  }

  @Override
  public int read() {
    return 0;
  }

  @Override
  public synchronized void write(int done) {
    batches = Integer.toUnsignedLong(done);
    reports++;
    notifyAll();
  }
}
