package dev.sealift.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.sealift.bench.Samples;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a bench found: the object that {@code --json} prints. Where a figure has a twin that is
 * called median, it is the best of all turns itself. A ratio to the reference is that of the best
 * turn to the loop's best. What could not be measured is null, and absent from the JSON.
 *
 * @param host what the hosts of the moves stand on: kvm or model
 * @param rounds how often each contestant had its turn
 * @param garbageBytesPerPage what a move in batches left on the heap of the process that leaves
 *     more, in the middle of all turns
 * @param bitmapScanMillis the walk over the dirty bitmap of a guest of 1 TiB, one page in a hundred
 *     dirty
 * @param pauseMillis how long an idle guest ran nowhere
 * @param reasons why something is absent, by its path in this object
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
  "quick",
  "host",
  "emulated",
  "rounds",
  "reference",
  "engines",
  "endToEnd",
  "ioctlMicros",
  "kernelLayer",
  "garbageBytesPerPage",
  "bitmapScanMillis",
  "medianBitmapScanMillis",
  "pauseMillis",
  "medianPauseMillis",
  "hotGuest",
  "heapMegabytes",
  "beyondGuestMegabytes",
  "qemu",
  "machine",
  "reasons"
})
record BenchReport(
    boolean quick,
    String host,
    boolean emulated,
    int rounds,
    @Nullable Reference reference,
    List<Engine> engines,
    @Nullable EndToEnd endToEnd,
    IoctlMicros ioctlMicros,
    @Nullable KernelLayerCost kernelLayer,
    @Nullable Double garbageBytesPerPage,
    @Nullable Double bitmapScanMillis,
    @Nullable Double medianBitmapScanMillis,
    @Nullable Double pauseMillis,
    @Nullable Double medianPauseMillis,
    @Nullable HotGuest hotGuest,
    @Nullable BothHosts heapMegabytes,
    @Nullable BothHosts beyondGuestMegabytes,
    @Nullable Qemu qemu,
    MachineFacts machine,
    Map<String, String> reasons) {

  /** The loop in C, one thread; gigabytes are 1e9 bytes. */
  record Reference(double gigabytesPerSecond, double medianGigabytesPerSecond) {}

  /**
   * An engine at one operation.
   *
   * @param engine jdk or vector
   * @param operation seal or open
   * @param gigabytesPerSecond 1e9 bytes of pages, all threads together
   * @param ratioToReference to one thread of the loop in C
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Engine(
      String engine,
      String operation,
      int threads,
      double gigabytesPerSecond,
      double medianGigabytesPerSecond,
      long packetsPerSecond,
      @Nullable Double ratioToReference,
      @Nullable Double medianRatioToReference,
      double garbageBytesPerPage) {}

  /**
   * Moves of an idle guest between two processes, many pages in a system call.
   *
   * @param guestMegabytes the guest's memory, in units of 2^20 bytes
   * @param sourceEngine the packet engine that the source has chosen
   * @param megabytesPerSecond 1e6 bytes of private pages, over the time of the rounds
   * @param totalMillis from the first connection until the destination ran the guest
   * @param cpuSecondsPerGigabyte of both processes, for 1e9 bytes
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record EndToEnd(
      long guestMegabytes,
      String sourceEngine,
      String destinationEngine,
      int pagesPerCall,
      double megabytesPerSecond,
      double medianMegabytesPerSecond,
      @Nullable Double ratioToReference,
      @Nullable Double medianRatioToReference,
      double totalMillis,
      double cpuSecondsPerGigabyte,
      @Nullable OnePageACall onePageACall) {}

  /** The same with a system call for each page. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record OnePageACall(
      double megabytesPerSecond,
      double medianMegabytesPerSecond,
      @Nullable Double ratioToReference,
      @Nullable Double medianRatioToReference,
      double totalMillis) {}

  /** The same system call by different ways. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record IoctlMicros(@Nullable Double inProcess, @Nullable Double fuse, @Nullable Double seccomp) {}

  /**
   * The software kernel's own part of sealing batches of pages; the share is of the processor's.
   */
  record KernelLayerCost(
      double nanosecondsPerPage,
      double shareOfSealing,
      double medianNanosecondsPerPage,
      double medianShareOfSealing) {}

  /**
   * Moves of a guest that writes as fast as it can.
   *
   * @param hotMegabytes the memory that it writes to, in units of 2^20 bytes
   * @param limitMillis how long it may stand still
   * @param converged whether in every move what was left came to fit that limit
   * @param rounds of the last move
   */
  record HotGuest(
      long hotMegabytes,
      int limitMillis,
      boolean converged,
      double downtimeMillis,
      double medianDowntimeMillis,
      double totalMillis,
      int rounds) {}

  /** A figure of each process; units of 2^20 bytes. */
  record BothHosts(double source, double destination) {}

  /**
   * The same guest moved by QEMU with TLS, in the same run.
   *
   * @param megabytesPerSecond as in {@link EndToEnd}, over the time that QEMU calls total, less its
   *     setup
   * @param ourRatio how many times as fast the move in batches is, best to best
   */
  record Qemu(
      String version,
      double megabytesPerSecond,
      double medianMegabytesPerSecond,
      double totalMillis,
      double downtimeMillis,
      double cpuSecondsPerGigabyte,
      @Nullable Double ourRatio) {}

  /** Four digits tell all that a measurement knows. */
  static double figure(double value) {
    return new BigDecimal(value).round(new MathContext(4)).doubleValue();
  }

  /** Best to best; null where one is missing. */
  static @Nullable Double bestRatio(Samples speeds, @Nullable Samples reference, double unit) {
    return reference == null || reference.isEmpty()
        ? null
        : figure(speeds.highest() * unit / reference.highest());
  }

  /** Median to median; null where one is missing. */
  static @Nullable Double medianRatio(Samples speeds, @Nullable Samples reference, double unit) {
    return reference == null || reference.isEmpty()
        ? null
        : figure(speeds.median() * unit / reference.median());
  }
}
