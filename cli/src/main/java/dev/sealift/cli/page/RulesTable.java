package dev.sealift.cli.page;

import dev.sealift.cli.view.RuleView;
import java.util.List;

/** What came of holding the other platform against the host's policy, rule by rule. */
final class RulesTable {
  private RulesTable() {}

  /** All rules, with a sentence before them that says whether all are kept. */
  static void write(Html html, List<RuleView> rules) {
    long broken = rules.stream().filter(rule -> !rule.holds()).count();
    html.open("section", "class", "rules");
    html.leaf("h4", "Rules of this host's policy");
    html.open("p");
    Mark.write(
        html,
        broken == 0,
        broken == 0
            ? "The other platform keeps all " + rules.size() + "."
            : broken + " of " + rules.size() + " broken by the other platform.");
    html.close().open("dl", "class", "rules");
    for (RuleView rule : rules) {
      html.open("div").open("dt").text(rule.name()).close().open("dd");
      Mark.write(html, rule.holds(), rule.holds() ? "holds" : "broken");
      html.leaf("span", rule.finding(), "class", "finding").close().close();
    }
    html.close().close();
  }
}
