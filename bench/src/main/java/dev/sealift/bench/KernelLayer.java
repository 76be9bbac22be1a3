package dev.sealift.bench;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.PageBatch;
import dev.sealift.vmm.PageCalls;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.util.concurrent.TimeUnit;

/**
 * What the software kernel costs where whole batches of pages are sealed in one system call: all
 * that the call takes, but for the time in which the Secure Processor is at work.
 */
public final class KernelLayer implements Contestant {
  private static final int BATCH = 64;
  private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

  private final PageCalls calls;
  private final long guestPages;
  private final TimedProcessor processor;
  private final long nanos;
  private final CallArena headers;
  private final CallArena ciphertexts;
  private final long[] gfns = new long[BATCH];
  private long next;
  private final Samples kernelNanos = new Samples();
  private final Samples share = new Samples();

  /**
   * Takes some memory of the host.
   *
   * @param session seals pages of a guest that has 64 of them or more, all private
   * @param guestPages how many there are
   * @param processor the one at work behind the host's kernel
   * @param nanos how long a turn takes
   */
  public KernelLayer(
      Host host, SendSession session, long guestPages, TimedProcessor processor, long nanos)
      throws VmmException {
    this.calls = session.pageCalls();
    this.guestPages = guestPages;
    this.processor = processor;
    this.nanos = nanos;
    headers = CallArena.allocate(host, (long) BATCH * SevLimits.PACKET_HEADER);
    ciphertexts = CallArena.allocate(host, (long) BATCH * Pages.SIZE);
  }

  /** Nanoseconds a page in the kernel, of each turn. */
  public Samples nanosecondsPerPage() {
    return kernelNanos;
  }

  /** The same as a part of the processor's time, of each turn. */
  public Samples shareOfSealing() {
    return share;
  }

  @Override
  public void warmUp() throws VmmException {
    run(WARM_UP_NANOS);
  }

  @Override
  public void turn() throws VmmException {
    long before = processor.nanos();
    Work work = run(nanos);
    long sealing = processor.nanos() - before;
    long kernel = work.nanos() - sealing;
    kernelNanos.add((double) kernel / work.pages());
    share.add((double) kernel / sealing);
  }

  private record Work(long pages, long nanos) {}

  private Work run(long atLeast) throws VmmException {
    PageBatch batch = new PageBatch(gfns, BATCH, headers.segment(), ciphertexts.segment());
    long inCalls = 0;
    long pages = 0;
    while (inCalls < atLeast) {
      for (int i = 0; i < BATCH; i++) {
        gfns[i] = next;
        next = (next + 1) % guestPages;
      }
      long start = System.nanoTime();
      calls.update(batch);
      inCalls += System.nanoTime() - start;
      pages += BATCH;
    }
    return new Work(pages, inCalls);
  }

  @Override
  public void close() {
    headers.close();
    ciphertexts.close();
  }
}
