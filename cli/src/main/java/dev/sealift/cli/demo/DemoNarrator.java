package dev.sealift.cli.demo;

import dev.sealift.cli.DataRate;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.MemorySize;
import dev.sealift.cli.TimeSpan;
import dev.sealift.cli.explain.More;
import dev.sealift.firmware.ProcessorPace;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells a person what the demonstration does and what came out. */
final class DemoNarrator {
  private final PrintWriter out;
  private final long start = System.nanoTime();

  DemoNarrator(PrintWriter out) {
    this.out = out;
  }

  void begin(DemoPlan plan) {
    out.println(
        "Sealift demo on the " + plan.kind().word() + " host: " + plan.kind().meaning() + ".");
    out.println(
        "emulated: true - no Secure Processor in silicon takes part; every certificate chains to a"
            + " model root made for this run.");
    if (plan.kind() == HostKind.KVM) {
      out.println("What leaves the source is sealed all the same: packets, not pages.");
    }
    if (plan.pace().isPaced()) {
      out.println("Both Secure Processors are slowed down to " + pace(plan.pace()) + ".");
    }
    out.println();
  }

  private static String pace(ProcessorPace pace) {
    List<String> parts = new ArrayList<>();
    if (pace.latency().isPositive()) {
      parts.add(new TimeSpan(pace.latency()) + " a command");
    }
    pace.bytesPerSecond().ifPresent(rate -> parts.add(new DataRate(rate) + " a second"));
    return String.join(" and ", parts);
  }

  /** One line of what happens, under the seconds since the start. */
  void say(String what, String words) {
    out.printf(Locale.ROOT, "%6.2f s  %-12s %s%n", seconds(), what, words);
    out.flush();
  }

  void round(int number, DemoReport.Round round) {
    say(
        "round " + number,
        String.format(
            Locale.ROOT,
            "%,7d pages (%,d packets, %,d shared)  %7.1f ms  %7.1f MB/s  %,d dirty again%s",
            round.pages(),
            round.privatePackets(),
            round.sharedPages(),
            round.millis(),
            megabytesPerSecond(round.bytes(), round.millis()),
            round.dirtyAfter(),
            round.throttle() == 0 ? "" : ", guest slowed by %d %%".formatted(round.throttle())));
  }

  void summary(DemoReport report) {
    out.println();
    if (!report.moved()) {
      out.println("The guest stays at the source: " + report.reason());
      if (report.more() != null) {
        out.println(More.line(report.more()));
      }
      return;
    }
    row(
        "guest",
        "%s, %,d private pages, %,d shared%s"
            .formatted(
                new MemorySize(report.guest().memoryBytes()),
                report.guest().privatePages(),
                report.guest().sharedPages(),
                report.guest().registersEncrypted() ? "; registers encrypted" : ""));
    row(
        "moved",
        String.format(
            Locale.ROOT,
            "%d rounds, %,d packets of SEND_UPDATE_DATA (%s)%s, %,d shared pages",
            report.rounds().size(),
            report.totals().privatePackets(),
            calls(report.totals().pagesPerCall()),
            report.guest().registersEncrypted() ? ", 1 of SEND_UPDATE_VMSA" : "",
            report.totals().sharedPages()));
    row(
        "speed",
        String.format(
            Locale.ROOT,
            "%.1f MB in %.0f ms: %.1f MB/s",
            report.totals().bytes() / 1e6,
            report.totals().millis(),
            report.totals().megabytesPerSecond()));
    StringBuilder parts = new StringBuilder();
    report
        .downtime()
        .parts()
        .forEach((part, millis) ->
            parts
                .append(parts.isEmpty() ? "" : " + ")
                .append(part)
                .append(String.format(Locale.ROOT, " %.1f", millis)));
    row("downtime", String.format(Locale.ROOT, "%.1f ms = %s", report.downtime().millis(), parts));
    DemoReport.Verification verification = report.verification();
    row(
        "steps",
        String.format(
            Locale.ROOT,
            "%,d when it last said so at the source, %,d when it was stopped at the destination",
            verification.stepsAtStop(),
            verification.stepsAtEnd()));
    row(
        "memory",
        String.format(
            Locale.ROOT,
            "%,d pages compared with what the program says they must hold, %,d differ",
            verification.pagesCompared(),
            verification.mismatches()));
    out.println();
    out.println(
        report.verified()
            ? "VERIFIED: the guest ran on, and every page of it arrived as it was."
            : "NOT VERIFIED: something above is not as it must be.");
  }

  private static String calls(int pages) {
    return pages == 1 ? "one a call" : "up to " + pages + " a call";
  }

  private void row(String name, String words) {
    out.printf("  %-10s %s%n", name, words);
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double megabytesPerSecond(long bytes, double millis) {
    return millis == 0 ? 0 : bytes / 1e3 / millis;
  }
}
