package dev.sealift.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift fleet simulate")
class FleetSimulateCommandTest {
  private static final String[] SMALL = {
    "fleet", "simulate", "--hosts", "30", "--guests", "300", "--rack-size", "5"
  };

  @TempDir private Path folder;

  @Test
  @DisplayName("tells how a rack was emptied, and that every guest had one owner")
  void words() {
    Answer answer = Answer.to(with("--seed", "3"));

    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.out())
        .contains("a rack with 50 guests is emptied", "0 violations", "guests run")
        .contains("waiting");
  }

  @Test
  @DisplayName("prints one object with --json, which nothing but the settings decides")
  void json() throws IOException {
    Path policy = Files.writeString(folder.resolve("policy"), "parallel = 3\napart = rack\n");
    Answer answer = Answer.to(with("--json", "--fail", "none", "--policy", policy.toString()));

    JsonNode report = answer.json();
    assertThat(answer.out().lines()).hasSize(1);
    assertThat(report.get("tasks").get("moved").asInt()).isEqualTo(50);
    assertThat(report.get("violations").asInt()).isZero();
    assertThat(report.get("progress").get(0).get("moving").asInt()).isEqualTo(3);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          parallel = 0          | a whole number from 1 to 2048
          order = any           | longest-first or longest-last
          downtime = soon       | a time from 1ms to 3600s
          bandwidth = 1kB       | at least 1MiB a second
          api = 1               | a version such as 1.55
          labels = rack         | zone=a, tier=gold
          same-owner = maybe    | true or false
          paralel = 3           | which no policy has
          """)
  @DisplayName("says in one sentence what is wrong with a policy")
  void badPolicy(String line, String sentence) throws IOException {
    Path policy = Files.writeString(folder.resolve("policy"), line + "\n");

    Answer answer = Answer.to(with("--policy", policy.toString()));

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err().lines()).hasSize(1);
    assertThat(answer.err()).contains(sentence);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "--rack-size, 1000",
    "--guests, 0",
    "--fail, rain=1",
    "--fail, host=often",
    "--parallel, 0"
  })
  @DisplayName("says in one sentence what cannot be simulated")
  void badSettings(String option, String value) {
    Answer answer = Answer.to("fleet", "simulate", option, value);

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err().lines()).hasSize(1);
  }

  private static String[] with(String... more) {
    String[] all = Arrays.copyOf(SMALL, SMALL.length + more.length);
    System.arraycopy(more, 0, all, SMALL.length, more.length);
    return all;
  }
}
