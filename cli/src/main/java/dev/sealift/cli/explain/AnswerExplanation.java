package dev.sealift.cli.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.cli.reference.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an answer means: a status, an errno, a failure of a move, an exit code, a state.
 *
 * @param name its name; null where it has none
 * @param code its number; null where it has none
 * @param cause what the cause usually is; null where there is none to tell
 * @param reasons which commands give it and why
 * @param served in which states the command in question is served; null where none is in question
 * @param legal what would have been legal, state by state
 * @param next what to do next; null where there is nothing to tell
 * @param more command lines that say more
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record AnswerExplanation(
    String kind,
    String title,
    @Nullable String name,
    @Nullable Integer code,
    String meaning,
    @Nullable String cause,
    List<Reason> reasons,
    @Nullable String served,
    List<Legal> legal,
    @Nullable String next,
    List<String> more)
    implements Explanation {
  private static final String BLANK = "            ";

  AnswerExplanation {
    reasons = List.copyOf(reasons);
    legal = List.copyOf(legal);
    more = List.copyOf(more);
  }

  /**
   * Why a command gives this answer.
   *
   * @param command its name
   * @param faults each in words
   */
  record Reason(String command, List<String> faults) {}

  /**
   * What a guest or the platform may be told.
   *
   * @param of guest or platform
   * @param state in which state
   * @param commands those that are served there
   */
  record Legal(String of, String state, List<String> commands) {}

  @Override
  public String page() {
    Page page = new Page();
    page.line(title).line(meaning).blank();
    if (cause != null) {
      page.hanging("Cause       ", cause);
    }
    reasons(page);
    if (served != null) {
      page.hanging("Served      ", served);
    }
    legal(page);
    if (next != null) {
      page.hanging("Next        ", next);
    }
    for (String line : more) {
      page.hanging(line.equals(more.getFirst()) ? "More        " : BLANK, line);
    }
    return page.toString();
  }

  private void reasons(Page page) {
    String label = "Given by    ";
    for (Reason reason : reasons) {
      page.hanging(label, reason.command() + ": " + String.join("; ", reason.faults()));
      label = BLANK;
    }
  }

  private void legal(Page page) {
    String label = "Legal       ";
    for (Legal row : legal) {
      page.hanging(
          label + "%-8s %-8s ".formatted(row.of(), row.state()), String.join(", ", row.commands()));
      label = BLANK;
    }
  }
}
