package dev.sealift.cli.receipt;

import dev.sealift.cli.MemorySize;
import dev.sealift.migration.trust.Verdict;
import java.util.List;

/** A receipt in words. */
final class ReceiptPage {
  private final StringBuilder text = new StringBuilder();

  private ReceiptPage() {}

  static String of(ReceiptReport report) {
    var page = new ReceiptPage();
    page.row("move", report.move());
    ReceiptReport.Guest guest = report.guest();
    page.row(
        "guest",
        "%s, %s, policy %s"
            .formatted(
                guest.name() == null ? "nameless" : guest.name(),
                new MemorySize(guest.memoryBytes()),
                guest.policy()));
    page.row(
        "launched",
        guest.launchDigest() == null
            ? "unknown: the source did not sign"
            : "digest " + guest.launchDigest());
    page.platform("from", report.source());
    page.platform("to", report.destination());
    ReceiptReport.Transfer transfer = report.transfer();
    page.row(
        "sent",
        "%d rounds, %d packets for %d pages, %d of them shared"
            .formatted(
                transfer.rounds(), transfer.packets(), transfer.pages(), transfer.sharedPages()));
    page.row("manifest", transfer.manifest());
    ReceiptReport.Times times = report.times();
    page.row("began", times.began());
    page.row("paused", times.paused());
    page.row("finished", times.finished() + ", by SEND_FINISH");
    page.row("running", times.running() + ", by the destination's clock");
    List<Verdict.Rule> rules = report.rules();
    if (rules == null) {
      page.line("");
      page.line("Nothing of this was checked; sealift receipt verify does so.");
    } else {
      page.verdict(rules);
    }
    return page.text.toString();
  }

  private void platform(String name, ReceiptReport.Platform platform) {
    row(name, "chip " + platform.chipId());
    row("", "CEK  " + platform.chipKey());
    row("", "OCA  " + platform.ownerKey());
    row(
        "",
        "firmware %s%s"
            .formatted(
                platform.firmware(),
                platform.emulated() ? "; EMULATED: this Secure Processor is software" : ""));
  }

  private void verdict(List<Verdict.Rule> rules) {
    line("");
    for (Verdict.Rule rule : rules) {
      line("  %-4s %s: %s".formatted(rule.holds() ? "ok" : "BAD", rule.name(), rule.finding()));
    }
    line("");
    line(
        rules.stream().allMatch(Verdict.Rule::holds)
            ? "VERIFIED: both platforms signed this move."
            : "NOT VERIFIED: what is marked BAD above does not hold.");
  }

  private void row(String name, String words) {
    line("%-9s %s".formatted(name, words));
  }

  private void line(String words) {
    text.append(words.stripTrailing()).append(System.lineSeparator());
  }
}
