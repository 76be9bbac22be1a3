package dev.sealift.migration.plan;

import java.time.Duration;

/**
 * What the kernels of both hosts add to a page, beside the processor's work.
 *
 * @param perCall time a system call, in the thread that makes it; 0 to 1 s
 * @param pagesPerCall pages that go in one call, 1 to 1024
 */
public record KernelModel(Duration perCall, int pagesPerCall) {

  /** System calls that take no time. */
  public static final KernelModel FREE = new KernelModel(Duration.ZERO, 1);

  public KernelModel {
    if (perCall.isNegative() || perCall.compareTo(Duration.ofSeconds(1)) > 0) {
      throw new IllegalArgumentException("a system call takes 0 to 1 s: " + perCall);
    }
    if (pagesPerCall < 1 || pagesPerCall > 1024) {
      throw new IllegalArgumentException("a call has 1 to 1024 pages: " + pagesPerCall);
    }
  }

  double secondsAPage() {
    return perCall.toNanos() / 1e9 / pagesPerCall;
  }
}
