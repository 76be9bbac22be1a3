package dev.sealift.cli.demo;

import dev.sealift.vmm.PortDevice;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Listens to a guest that asks at the end of each batch of work whether there is a command for it:
 * there is none.
 */
final class Heartbeat implements PortDevice {
  private static final int GO_ON = 0;

  private long beats;

  @Override
  public synchronized int read() {
    beats++;
    notifyAll();
    return GO_ON;
  }

  @Override
  public void write(int value) {}

  /** Waits until the guest has done some more batches. */
  synchronized void await(int more, int seconds) throws InterruptedException, TimeoutException {
    long wanted = beats + more;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (beats < wanted) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new TimeoutException("the guest did no batch of work in " + seconds + " seconds");
      }
      wait(left);
    }
  }
}
