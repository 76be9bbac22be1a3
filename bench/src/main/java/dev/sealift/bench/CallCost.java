package dev.sealift.bench;

import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.util.concurrent.TimeUnit;

/**
 * A system call that does next to nothing behind it: PLATFORM_STATUS by SEV_ISSUE_CMD on /dev/sev,
 * asked for again and again. What it takes is the way there and back.
 */
public final class CallCost implements Contestant {
  private static final int WARM_UPS = 20_000;

  private final SevPlatform platform;
  private final long nanos;
  private final Samples micros = new Samples();

  private CallCost(SevPlatform platform, long nanos) {
    this.platform = platform;
    this.nanos = nanos;
  }

  /**
   * Opens /dev/sev.
   *
   * @param host whose kernel is asked
   * @param nanos how long a turn takes
   */
  public static CallCost on(Host host, long nanos) throws VmmException {
    return new CallCost(SevPlatform.open(host), nanos);
  }

  /** Microseconds a call, of each turn. */
  public Samples micros() {
    return micros;
  }

  @Override
  public void warmUp() throws VmmException {
    long end = System.nanoTime() + nanos;
    for (int i = 0; i < WARM_UPS && System.nanoTime() < end; i++) {
      platform.status();
    }
  }

  @Override
  public void turn() throws VmmException {
    long start = System.nanoTime();
    long took;
    int calls = 0;
    do {
      platform.status();
      calls++;
      took = System.nanoTime() - start;
    } while (took < nanos);
    micros.add((double) took / calls / TimeUnit.MICROSECONDS.toNanos(1));
  }

  @Override
  public void close() {
    platform.close();
  }
}
