package dev.sealift.cli.bench;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The report in words and columns. */
final class BenchPage {
  private final StringBuilder page = new StringBuilder();

  private BenchPage() {}

  static String of(BenchReport report) {
    BenchPage words = new BenchPage();
    words.head(report);
    words.engines(report);
    words.moves(report);
    words.parts(report);
    words.missing(report.reasons());
    return words.page.toString();
  }

  private void head(BenchReport report) {
    MachineFacts machine = report.machine();
    line("%s, %d cores, %d-bit vectors", machine.cpu(), machine.cores(), machine.vectorBits());
    line("%s, %s, %s", machine.kernel(), machine.java(), machine.date());
    line(
        "Best (and median) of %d rounds; the hosts of the moves stand on %s.",
        report.rounds(), report.host());
    BenchReport.Reference loop = report.reference();
    if (loop != null) {
      line(
          "The loop in C over %s, one thread: %.3f (%.3f) GB/s; ratios are to it.",
          machine.libcrypto(), loop.gigabytesPerSecond(), loop.medianGigabytesPerSecond());
    }
    line("");
  }

  private void engines(BenchReport report) {
    if (report.engines().isEmpty()) {
      return;
    }
    line("engine  operation  threads        GB/s (median)        ratio (median)  garbage a page");
    for (BenchReport.Engine engine : report.engines()) {
      line(
          "%-6s  %-9s  %7d  %18s  %20s  %8.0f bytes",
          engine.engine(),
          engine.operation(),
          engine.threads(),
          "%.2f (%.2f)".formatted(engine.gigabytesPerSecond(), engine.medianGigabytesPerSecond()),
          ratio(engine.ratioToReference(), engine.medianRatioToReference()),
          engine.garbageBytesPerPage());
    }
    line("");
  }

  private void moves(BenchReport report) {
    BenchReport.EndToEnd moves = report.endToEnd();
    if (moves != null) {
      line(
          "move in batches       %,7.0f (%,.0f) MB/s  %s  %d MiB in %.0f ms, %.2f CPU seconds a GB,"
              + " engines %s and %s",
          moves.megabytesPerSecond(),
          moves.medianMegabytesPerSecond(),
          ratio(moves.ratioToReference(), moves.medianRatioToReference()),
          moves.guestMegabytes(),
          moves.totalMillis(),
          moves.cpuSecondsPerGigabyte(),
          moves.sourceEngine(),
          moves.destinationEngine());
      BenchReport.OnePageACall single = moves.onePageACall();
      if (single != null) {
        line(
            "move, one page a call %,7.0f (%,.0f) MB/s  %s  in %.0f ms",
            single.megabytesPerSecond(),
            single.medianMegabytesPerSecond(),
            ratio(single.ratioToReference(), single.medianRatioToReference()),
            single.totalMillis());
      }
    }
    BenchReport.Qemu qemu = report.qemu();
    if (qemu != null) {
      line(
          "move by QEMU with TLS %,7.0f (%,.0f) MB/s  in %.0f ms, downtime %.0f ms, QEMU %s",
          qemu.megabytesPerSecond(),
          qemu.medianMegabytesPerSecond(),
          qemu.totalMillis(),
          qemu.downtimeMillis(),
          qemu.version());
    }
    two("pause of an idle guest", "ms", report.pauseMillis(), report.medianPauseMillis());
    BenchReport.HotGuest hot = report.hotGuest();
    if (hot != null) {
      line(
          "guest that writes to %d MiB: %s, downtime %.1f (%.1f) ms under a limit of %d ms, %d rounds",
          hot.hotMegabytes(),
          hot.converged() ? "converged" : "did not always converge",
          hot.downtimeMillis(),
          hot.medianDowntimeMillis(),
          hot.limitMillis(),
          hot.rounds());
    }
    both("peak of the heap", report.heapMegabytes());
    both("memory beyond the guest", report.beyondGuestMegabytes());
    if (report.garbageBytesPerPage() != null) {
      line("garbage of a move       %.0f bytes a page", report.garbageBytesPerPage());
    }
    line("");
  }

  private void ioctl(String way, @Nullable Double micros) {
    if (micros != null) {
      line("a system call           %.2f us %s", micros, way);
    }
  }

  private void parts(BenchReport report) {
    BenchReport.IoctlMicros call = report.ioctlMicros();
    ioctl("in the process", call.inProcess());
    ioctl("through FUSE", call.fuse());
    ioctl("through seccomp", call.seccomp());
    BenchReport.KernelLayerCost layer = report.kernelLayer();
    if (layer != null) {
      line(
          "the kernel's part       %.0f (%.0f) ns a page, %.1f %% (%.1f %%) of the sealing",
          layer.nanosecondsPerPage(),
          layer.medianNanosecondsPerPage(),
          100 * layer.shareOfSealing(),
          100 * layer.medianShareOfSealing());
    }
    two("dirty bitmap of 1 TiB", "ms", report.bitmapScanMillis(), report.medianBitmapScanMillis());
  }

  private void missing(Map<String, String> reasons) {
    if (!reasons.isEmpty()) {
      line("");
      line("Not measured:");
      reasons.forEach(
          (figure, why) -> line("  %s: %s", figure, why.lines().findFirst().orElse("")));
    }
  }

  private void two(String name, String unit, @Nullable Double best, @Nullable Double median) {
    if (best != null && median != null) {
      line("%-22s  %.1f (%.1f) %s", name, best, median, unit);
    }
  }

  private void both(String name, BenchReport.@Nullable BothHosts figures) {
    if (figures != null) {
      line(
          "%-23s %.0f MiB at the source, %.0f MiB at the destination",
          name, figures.source(), figures.destination());
    }
  }

  private static String ratio(@Nullable Double best, @Nullable Double median) {
    return best == null || median == null ? "-" : "%.2f (%.2f)".formatted(best, median);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a library's
  private void line(String format, @Nullable Object... values) {
    page.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
  }
}
