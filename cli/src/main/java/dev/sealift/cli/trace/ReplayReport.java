package dev.sealift.cli.trace;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.cli.explain.More;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What came of a replay: the object that {@code --json} prints.
 *
 * @param same whether there is no difference
 * @param recordedOn hardware or software
 * @param recordedPlatform what the recorded platform said of itself; null if it was not asked
 * @param calls how many were issued again
 * @param unseen how many of them could not be compared, since the trace has no answer
 * @param replaced what the trace does not tell and the replay has made up
 * @param byForm what was not compared byte by byte, and in what it agrees
 * @param more command lines that say more of what only one of the two refused
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ReplayReport(
    boolean same,
    String recordedOn,
    TraceHeader.@Nullable Platform recordedPlatform,
    int calls,
    int unseen,
    List<Difference> differences,
    List<Replaced> replaced,
    List<String> byForm,
    List<String> more) {

  /**
   * Content that is not the recorded one.
   *
   * @param call the call's number
   * @param name the command
   * @param buffer which content
   * @param length bytes
   * @param by what stands in its place
   */
  record Replaced(int call, String name, String buffer, long length, String by) {
    String words() {
      return "call %d %s: %s, %d bytes, by %s".formatted(call, name, buffer, length, by);
    }
  }

  /** In words. */
  String page() {
    StringBuilder page = new StringBuilder();
    page.append(
        "%d calls, recorded on %s%s, replayed on a fresh platform in software: emulated.%n"
            .formatted(calls, recordedOn, platform()));
    section(page, "Replaced, since the trace does not tell it", lines(replaced));
    section(page, "Compared by form, since no two platforms have the same", byForm);
    if (unseen > 0) {
      page.append("Not compared: %d calls whose answers nobody saw.%n".formatted(unseen));
    }
    section(page, "Differences", differences.stream().map(Difference::words).toList());
    more.forEach(line -> page.append(More.line(line)).append(System.lineSeparator()));
    page.append(same ? "No difference." : "Differences: " + differences.size() + ".");
    return page.append(System.lineSeparator()).toString();
  }

  private String platform() {
    return recordedPlatform == null
        ? ""
        : " (API %s, build %d)".formatted(recordedPlatform.api(), recordedPlatform.build());
  }

  private static List<String> lines(List<Replaced> replaced) {
    return replaced.stream().map(Replaced::words).toList();
  }

  private static void section(StringBuilder page, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      page.append(title).append(System.lineSeparator());
      page.append(
          lines.stream()
              .map(line -> "  " + line + System.lineSeparator())
              .collect(Collectors.joining()));
    }
  }
}
