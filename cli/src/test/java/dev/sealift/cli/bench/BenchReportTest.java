package dev.sealift.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.bench.Samples;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The report of a bench")
class BenchReportTest {

  private static final MachineFacts MACHINE =
      new MachineFacts("a processor", 2, 512, 4096, "Java 25", "Linux 6", null, "2026-01-31");

  /** Nothing but the engines could be measured, and there was no compiler. */
  private static BenchReport poor() {
    return new BenchReport(
        true,
        "model",
        true,
        3,
        null,
        List.of(new BenchReport.Engine("jdk", "seal", 1, 1.2, 1.1, 293000, null, null, 2.0)),
        null,
        new BenchReport.IoctlMicros(null, null, null),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        MACHINE,
        Map.of("endToEnd", "no guest came"));
  }

  @Test
  @DisplayName("leaves out what could not be measured, and says why")
  void absent() {
    JsonNode json = JsonMapper.shared().valueToTree(poor());

    assertThat(json.propertyNames())
        .containsExactly(
            "quick", "host", "emulated", "rounds", "engines", "ioctlMicros", "machine", "reasons");
    assertThat(json.get("engines").get(0).has("ratioToReference")).isFalse();
    assertThat(json.get("engines").get(0).get("gigabytesPerSecond").asDouble()).isEqualTo(1.2);
    assertThat(json.get("ioctlMicros").isEmpty()).isTrue();
    assertThat(json.get("machine").has("libcrypto")).isFalse();
    assertThat(json.get("reasons").get("endToEnd").asString()).isEqualTo("no guest came");
  }

  @Test
  @DisplayName("says it in words, too")
  void words() {
    assertThat(BenchPage.of(poor()))
        .contains("a processor, 2 cores", "jdk     seal", "1.20 (1.10)", "Not measured:")
        .contains("endToEnd: no guest came")
        .doesNotContain("move in batches", "null");
  }

  @Test
  @DisplayName("compares best with best and middle with middle")
  void ratios() {
    Samples ours = samples(900, 2600, 1300);
    Samples loop = samples(1.0, 1.3, 1.2);

    assertThat(BenchReport.bestRatio(ours, loop, 1e-3)).isEqualTo(2.0);
    assertThat(BenchReport.medianRatio(ours, loop, 1e-3)).isEqualTo(1.083);
    assertThat(BenchReport.bestRatio(ours, null, 1)).isNull();
    assertThat(BenchReport.medianRatio(ours, new Samples(), 1)).isNull();
  }

  private static Samples samples(double... values) {
    Samples samples = new Samples();
    for (double value : values) {
      samples.add(value);
    }
    return samples;
  }
}
