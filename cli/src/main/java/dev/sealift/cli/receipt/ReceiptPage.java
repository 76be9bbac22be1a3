package dev.sealift.cli.receipt;

import dev.sealift.cli.Lines;
import dev.sealift.cli.MemorySize;
import dev.sealift.migration.trust.Verdict;
import java.util.List;

/** A receipt in words. */
final class ReceiptPage {
  private final Lines lines = new Lines(10);

  private ReceiptPage() {}

  static String of(ReceiptReport report) {
    var page = new ReceiptPage();
    page.lines.line("move", report.move());
    ReceiptReport.Guest guest = report.guest();
    page.lines.line(
        "guest",
        "%s, %s, policy %s"
            .formatted(
                guest.name() == null ? "nameless" : guest.name(),
                new MemorySize(guest.memoryBytes()),
                guest.policy()));
    page.lines.line(
        "launched",
        guest.launchDigest() == null
            ? "unknown: the source did not sign"
            : "digest " + guest.launchDigest());
    page.platform("from", report.source());
    page.platform("to", report.destination());
    ReceiptReport.Transfer transfer = report.transfer();
    page.lines.line(
        "sent",
        "%d rounds, %d packets for %d pages, %d of them shared"
            .formatted(
                transfer.rounds(), transfer.packets(), transfer.pages(), transfer.sharedPages()));
    page.lines.line("manifest", transfer.manifest());
    ReceiptReport.Times times = report.times();
    page.lines.line("began", times.began());
    page.lines.line("paused", times.paused());
    page.lines.line("finished", times.finished() + ", by SEND_FINISH");
    page.lines.line("running", times.running() + ", by the destination's clock");
    List<Verdict.Rule> rules = report.rules();
    if (rules == null) {
      page.lines.blank();
      page.lines.sentence("Nothing of this was checked; sealift receipt verify does so.");
    } else {
      page.verdict(rules);
    }
    return page.lines.toString();
  }

  private void platform(String name, ReceiptReport.Platform platform) {
    lines.line(name, "chip " + platform.chipId());
    lines.line("", "CEK  " + platform.chipKey());
    lines.line("", "OCA  " + platform.ownerKey());
    lines.line(
        "",
        "firmware %s%s"
            .formatted(
                platform.firmware(),
                platform.emulated() ? "; EMULATED: this Secure Processor is software" : ""));
  }

  private void verdict(List<Verdict.Rule> rules) {
    lines.blank();
    for (Verdict.Rule rule : rules) {
      lines.sentence(
          "  %-4s %s: %s".formatted(rule.holds() ? "ok" : "BAD", rule.name(), rule.finding()));
    }
    lines.blank();
    lines.sentence(
        rules.stream().allMatch(Verdict.Rule::holds)
            ? "VERIFIED: both platforms signed this move."
            : "NOT VERIFIED: what is marked BAD above does not hold.");
  }
}
