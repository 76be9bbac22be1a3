package dev.sealift.cli.adversary;

import dev.sealift.cli.Lines;
import java.util.List;

/**
 * What came of attacks.
 *
 * @param emulated always true: both machines are software
 * @param attacks in the order in which they were run
 * @param held how many came to nothing
 * @param detected how many were noticed and refused
 * @param notPrevented how many got what they wanted
 * @param asDocumented whether none got further than is documented
 */
record AdversaryReport(
    boolean emulated,
    List<Line> attacks,
    long held,
    long detected,
    long notPrevented,
    boolean asDocumented) {
  private static final int COLUMN = 12;

  /** One attack, flat. */
  record Line(
      String name,
      String attacker,
      String deed,
      Outcome sevAlone,
      Outcome sealift,
      Verdict documented,
      String remedy) {

    static Line of(AttackReport report) {
      Card card = report.card();
      return new Line(
          card.name(),
          card.attacker().words(),
          card.deed(),
          report.sevAlone(),
          report.sealift(),
          card.sealift(),
          card.remedy());
    }
  }

  static AdversaryReport of(List<AttackReport> reports) {
    return new AdversaryReport(
        true,
        reports.stream().map(Line::of).toList(),
        count(reports, Verdict.HELD),
        count(reports, Verdict.DETECTED),
        count(reports, Verdict.NOT_PREVENTED),
        reports.stream().allMatch(AttackReport::asDocumented));
  }

  private static long count(List<AttackReport> reports, Verdict verdict) {
    return reports.stream().filter(report -> report.sealift().verdict() == verdict).count();
  }

  /** One attack in words. */
  static String words(AttackReport report) {
    Card card = report.card();
    Lines lines =
        new Lines(COLUMN)
            .line(card.name(), "(%s)".formatted(card.attacker().words()))
            .line("", card.deed())
            .line("SEV alone", words(report.sevAlone()))
            .line("Sealift", words(report.sealift()));
    if (!card.remedy().isEmpty()) {
      lines.line("why", card.remedy());
    }
    if (!report.asDocumented()) {
      lines.line(
          "!",
          "this is further than docs/adversary.md says, which is %s"
              .formatted(card.sealift().words()));
    }
    return lines.blank().toString();
  }

  private static String words(Outcome outcome) {
    return outcome.verdict().words()
        + (outcome.code().isEmpty() ? "" : ", " + outcome.code())
        + ": "
        + outcome.observed();
  }

  /** The last line. */
  String summary() {
    return new Lines(COLUMN)
        .sentence(
            "%d attacks: %d held, %d detected, %d not prevented%s."
                .formatted(
                    attacks.size(),
                    held,
                    detected,
                    notPrevented,
                    asDocumented ? ", as documented" : "; SOME GOT FURTHER THAN DOCUMENTED"))
        .toString();
  }
}
