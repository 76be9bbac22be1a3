package dev.sealift.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.HostKind;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bench at its smallest: everything has one turn, cold, so no figure of it means anything. */
class BenchTest {

  @Test
  @Tag("long")
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @DisplayName("everything that can be measured here is measured once, in one run")
  void measures() throws Exception {
    HostKind kind = HostKind.AUTO.resolve();
    BenchPlan plan =
        new BenchPlan(true, kind, 16 << 20, 1, false, 1_000_000, Long.MAX_VALUE, false);

    BenchReport report = Bench.run(plan, words -> {});

    JsonNode json = JsonMapper.shared().valueToTree(report);
    assertThat(report.reasons())
        .as("what is missing without a reason that this test knows")
        .satisfies(reasons ->
            assertThat(reasons.keySet())
                .allMatch(figure ->
                    figure.matches(
                        "ioctlMicros\\.(fuse|seccomp)|qemu|engines\\[vector]|reference"
                            + "|.*ratioToReference|machine\\.libcrypto")));
    assertThat(json.get("host").asString()).isEqualTo(kind.name().toLowerCase(Locale.ROOT));
    assertThat(json.get("engines")).isNotEmpty();
    for (JsonNode engine : json.get("engines")) {
      assertThat(engine.get("engine").asString()).isIn("jdk", "vector");
      assertThat(engine.get("operation").asString()).isIn("seal", "open");
      assertThat(engine.get("threads").asInt()).isIn(1, 2);
      assertThat(engine.get("gigabytesPerSecond").asDouble()).isPositive();
    }
    JsonNode moves = json.get("endToEnd");
    assertThat(moves.get("guestMegabytes").asLong()).isEqualTo(16);
    assertThat(moves.get("pagesPerCall").asInt()).isGreaterThan(1);
    assertThat(moves.get("megabytesPerSecond").asDouble()).isPositive();
    assertThat(moves.get("onePageACall").get("megabytesPerSecond").asDouble()).isPositive();
    assertThat(json.get("ioctlMicros").get("inProcess").asDouble()).isPositive();
    assertThat(json.get("kernelLayer").get("nanosecondsPerPage").asDouble()).isPositive();
    assertThat(json.get("garbageBytesPerPage").asDouble()).isPositive();
    assertThat(json.get("bitmapScanMillis").asDouble()).isPositive();
    assertThat(json.get("pauseMillis").asDouble()).isPositive();
    assertThat(json.get("heapMegabytes").get("source").asDouble()).isPositive();
    assertThat(json.get("hotGuest").get("hotMegabytes").asLong()).isEqualTo(8);
    assertThat(json.get("machine").get("cores").asInt()).isPositive();
    assertThat(BenchPage.of(report)).contains("move in batches", "hosts of the moves stand on");
  }

  @ParameterizedTest
  @CsvSource({
    "--memory, 5M, multiple of 2M",
    "--memory, much, no memory size",
    "--rounds, 0, 1 to 1000",
    "--rounds, few, --rounds",
    "--host, moon, --host"
  })
  @DisplayName("a command line that cannot be is answered in a sentence, with exit code 2")
  void badInput(String option, String value, String sentence) {
    Answer answer = Answer.to("bench", "--quick", option, value);

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).contains(sentence, "sealift bench --help").doesNotContain("\tat ");
  }
}
