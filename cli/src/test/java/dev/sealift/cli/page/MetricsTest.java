package dev.sealift.cli.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a metrics collector reads. */
class MetricsTest {
  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");

  @Test
  void everyNumberOfAMoveIsThere() {
    Map<String, Double> samples = read(Metrics.of(Examples.afterwards()));
    String move = "move=\"" + Examples.MOVE + "\",direction=\"outgoing\"";

    assertThat(samples)
        .containsEntry("sealift_guests{state=\"running\"}", 2.0)
        .containsEntry("sealift_guests{state=\"paused\"}", 1.0)
        .containsEntry("sealift_guest_pages{guest=\"ledger\",kind=\"private\"}", 65472.0)
        .containsEntry("sealift_moves{direction=\"outgoing\",status=\"completed\"}", 1.0)
        .containsEntry("sealift_moves{direction=\"outgoing\",status=\"failed\"}", 1.0)
        .containsEntry("sealift_moves{direction=\"incoming\",status=\"completed\"}", 1.0)
        .containsEntry("sealift_move_rounds_total{" + move + "}", 7.0)
        .containsEntry("sealift_move_sent_bytes_total{" + move + "}", 352751343.0)
        .containsEntry("sealift_move_pages_sent_total{" + move + ",kind=\"private\"}", 84738.0)
        .containsEntry("sealift_move_pages_sent_total{" + move + ",kind=\"shared\"}", 128.0)
        .containsEntry("sealift_move_downtime_seconds{" + move + "}", 0.32191093)
        .containsEntry(
            "sealift_move_downtime_part_seconds{" + move + ",part=\"pause\"}", 0.016516136)
        .containsEntry("sealift_move_downtime_target_seconds{" + move + "}", 0.05)
        .containsEntry("sealift_platform_signature_holds{certificate=\"PEK\",signer=\"CEK\"}", 1.0)
        .containsEntry("sealift_emulated", 1.0)
        .doesNotContainKey("sealift_move_left_pages{" + move + "}");
  }

  @Test
  void aMoveUnderWaySaysWhereItStands() {
    Map<String, Double> samples = read(Metrics.of(Examples.busy()));
    String move = "{move=\"" + Examples.MOVE + "\",direction=\"outgoing\"}";

    assertThat(samples)
        .containsEntry("sealift_move_left_pages" + move, 2205.0)
        .containsEntry("sealift_move_throttle_ratio" + move, 0.88)
        .containsKey("sealift_move_dirty_rate_pages_per_second" + move)
        .doesNotContainKey("sealift_move_left_seconds" + move)
        .doesNotContainKey("sealift_move_downtime_seconds" + move);
  }

  @Test
  void whatAPeerCallsItselfStaysInItsQuotes() {
    String evil = "a\"} 1\nsealift_guests{state=\"stolen\"} 99 \\ \\n";
    GuestView guest =
        new GuestView(
            evil, "running", null, 4096, 1, 0, "sev", "idle", 5L, Examples.BEGAN, null, null);
    Map<String, Double> samples = read(Metrics.of(Examples.host(List.of(guest, guest), List.of())));

    assertThat(samples)
        .containsEntry(
            "sealift_guest_memory_bytes{guest=\"a\\\"} 1\\nsealift_guests{state=\\\"stolen\\\"} 99"
                + " \\\\ \\\\n\"}",
            4096.0)
        .doesNotContainKey("sealift_guests{state=\"stolen\"}");
  }

  @Test
  void prometheusOwnToolFindsNothingToSay() throws Exception {
    assumeTrue(Files.isExecutable(PROMTOOL), "promtool (package prometheus) is not installed");
    Process tool =
        new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    tool.getOutputStream()
        .write(
            Metrics.of(Examples.busy().within(FleetExamples.glance()))
                .getBytes(StandardCharsets.UTF_8));
    tool.getOutputStream().close();

    assertThat(new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    assertThat(tool.waitFor()).isZero();
  }

  @Test
  void theDocumentationNamesEveryMetricAndNoOther() throws Exception {
    Set<String> written = new HashSet<>();
    for (HostView host :
        List.of(Examples.busy().within(FleetExamples.glance()), Examples.afterwards())) {
      Metrics.of(host)
          .lines()
          .filter(line -> line.startsWith("# TYPE "))
          .forEach(line -> written.add(line.split(" ")[2]));
    }
    Set<String> documented = new HashSet<>();
    Matcher names =
        Pattern.compile("(?m)^\\| `(sealift_\\w+)`")
            .matcher(Files.readString(Path.of("../docs/status-page.md")));
    while (names.find()) {
      documented.add(names.group(1));
    }

    assertThat(documented).isEqualTo(written);
  }

  /**
   * Reads the text format strictly, as its grammar has it: HELP, TYPE and samples of a metric stand
   * together, names and labels have their form, a series comes once.
   */
  private static Map<String, Double> read(String text) {
    Map<String, Double> samples = new LinkedHashMap<>();
    Map<String, String> types = new HashMap<>();
    List<String> metrics = new ArrayList<>();
    Pattern sample =
        Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)"
                + "(\\{(?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*})? (\\S+)");
    assertThat(text).endsWith("\n").doesNotContain("\r");
    for (String line : text.split("\n")) {
      if (line.startsWith("# HELP ")) {
        String name = line.split(" ", 4)[2];
        assertThat(metrics).doesNotContain(name);
        metrics.add(name);
        assertThat(line.split(" ", 4)[3]).endsWith(".");
      } else if (line.startsWith("# TYPE ")) {
        String[] words = line.split(" ");
        assertThat(words[2]).isEqualTo(metrics.getLast());
        assertThat(words[3]).isIn("gauge", "counter");
        assertThat(words[2].endsWith("_total")).isEqualTo(words[3].equals("counter"));
        types.put(words[2], words[3]);
      } else {
        Matcher matcher = sample.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        assertThat(matcher.group(1)).isEqualTo(metrics.getLast());
        assertThat(types).containsKey(matcher.group(1));
        String series = line.substring(0, line.lastIndexOf(' '));
        assertThat(samples).doesNotContainKey(series);
        samples.put(series, Double.parseDouble(matcher.group(3)));
      }
    }
    return samples;
  }

  @Test
  void twoMovesOfOneIdDoNotMakeOneSeriesTwice() {
    MoveView move = Examples.finished();
    assertThat(read(Metrics.of(Examples.host(List.of(), List.of(move, move))))).isNotEmpty();
  }
}
