package dev.sealift.cli.bench;

import dev.sealift.abi.Pages;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.MoveReport;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.StopReason;
import java.util.concurrent.TimeUnit;

/**
 * What the source knows of a move.
 *
 * @param packets pages that went as packets
 * @param roundMillis the rounds, from the first page until the destination had the last
 * @param totalMillis from the first connection to the end
 * @param downtimeMillis how long the guest ran nowhere
 * @param rounds how many, the last one included
 * @param converged whether what was left fitted the downtime target
 * @param pagesPerCall the most pages that were sealed in one system call
 */
record MoveFigures(
    long packets,
    double roundMillis,
    double totalMillis,
    double downtimeMillis,
    int rounds,
    boolean converged,
    int pagesPerCall) {

  static MoveFigures of(MoveOutcome.Moved moved) {
    MoveReport report = moved.report();
    double nanosPerMilli = TimeUnit.MILLISECONDS.toNanos(1);
    return new MoveFigures(
        report.privatePackets(),
        report.rounds().stream().mapToDouble(RoundReport::millis).sum(),
        report.total().toNanos() / nanosPerMilli,
        moved.downtime().total().toNanos() / nanosPerMilli,
        report.rounds().size(),
        report.stopped() == StopReason.CONVERGED,
        report.pagesPerCall());
  }

  /** Megabytes (1e6 bytes) of private pages a second, while pages were on their way. */
  double megabytesPerSecond() {
    return packets * (double) Pages.SIZE / 1e3 / roundMillis;
  }
}
