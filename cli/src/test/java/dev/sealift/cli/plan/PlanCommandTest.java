package dev.sealift.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sealift.cli.Answer;
import dev.sealift.migration.MoveOptions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A plan as a person asks for it on the command line. */
class PlanCommandTest {

  private static Answer ask(String... arguments) {
    return Answer.to(
        Stream.concat(Stream.of("plan"), Arrays.stream(arguments)).toArray(String[]::new));
  }

  @Test
  @DisplayName("an idle guest goes once, as fast as the processors")
  void idle() {
    Answer answer =
        ask(
            "--memory",
            "1G",
            "--link",
            "100Gbit",
            "--rtt",
            "0s",
            "--call",
            "0s",
            "--psp-latency",
            "100us",
            "--psp-bandwidth",
            "1TB",
            "--json");

    assertThat(answer.code()).as(answer.err()).isZero();
    JsonNode json = answer.json();
    assertThat(json.get("rounds").size()).isEqualTo(2);
    JsonNode first = json.get("rounds").get(0);
    assertThat(first.get("pages").asLong()).isEqualTo(262_144);
    assertThat(first.get("millis").asDouble())
        .as("262144 pages of 100 us, and a batch of 64 on the way")
        .isCloseTo(26_214.4 + 6.4, within(2.0));
    assertThat(json.get("stopped").asString()).isEqualTo("converged");
    assertThat(json.get("meetsTarget").asBoolean()).isTrue();
    assertThat(json.get("bottleneck").asString()).isEqualTo("source_processor");
    assertThat(json.get("totals").get("megabytesPerSecond").asDouble())
        .isCloseTo(40.96, within(0.01));
    assertThat(json.get("advice").isNull()).isTrue();
  }

  @Test
  @DisplayName("the object has everything that the plan was made of")
  void premises() {
    JsonNode json =
        ask(
                "--memory",
                "64G",
                "--shared",
                "1G",
                "--dirty-rate",
                "200MB",
                "--working-set",
                "8G",
                "--writes",
                "sweep",
                "--link",
                "25Gbit",
                "--rtt",
                "250us",
                "--psp-latency",
                "40us",
                "--psp-bandwidth",
                "1GB",
                "--destination-psp-latency",
                "50us",
                "--kernel",
                "extended",
                "--call",
                "3us",
                "--downtime",
                "500ms",
                "--rounds",
                "12",
                "--connections",
                "4",
                "--batch",
                "128",
                "--limit",
                "2GB",
                "--json")
            .json();

    JsonNode guest = json.get("guest");
    assertThat(guest.get("memoryBytes").asLong()).isEqualTo(64L << 30);
    assertThat(guest.get("sharedBytes").asLong()).isEqualTo(1L << 30);
    assertThat(guest.get("dirtyBytesPerSecond").asDouble()).isCloseTo(2e8, within(1.0));
    assertThat(guest.get("workingSetBytes").asLong()).isEqualTo(8L << 30);
    assertThat(guest.get("writes").asString()).isEqualTo("sweep");
    assertThat(json.get("link").get("bytesPerSecond").asDouble())
        .as("what is left of 25 Gbit/s for a program")
        .isBetween(2.9e9, 3.0e9);
    assertThat(json.get("link").get("roundTripMicros").asDouble()).isEqualTo(250);
    JsonNode processors = json.get("processors");
    assertThat(processors.get("source").get("latencyMicros").asDouble()).isEqualTo(40);
    assertThat(processors.get("source").get("bytesPerSecond").asLong()).isEqualTo(1_000_000_000);
    assertThat(processors.get("destination").get("latencyMicros").asDouble()).isEqualTo(50);
    assertThat(processors.get("destination").get("bytesPerSecond").asLong())
        .isEqualTo(1_000_000_000);
    assertThat(processors.get("origin").asString()).isEqualTo("as given");
    assertThat(json.get("kernel").get("pagesPerCall").asInt()).isEqualTo(128);
    assertThat(json.get("kernel").get("callMicros").asDouble()).isEqualTo(3);
    JsonNode options = json.get("options");
    assertThat(options.get("downtimeTargetMillis").asDouble()).isEqualTo(500);
    assertThat(options.get("maxRounds").asInt()).isEqualTo(12);
    assertThat(options.get("dataConnections").asInt()).isEqualTo(4);
    assertThat(options.get("batchPages").asInt()).isEqualTo(128);
    assertThat(options.get("bytesPerSecond").asLong()).isEqualTo(2_000_000_000);
    assertThat(json.get("rounds").get(0).get("sharedPages").asLong()).isEqualTo(1 << 18);
    assertThat(json.get("microsPerPage").has("bandwidth_limit")).isTrue();
    double parts = 0;
    for (JsonNode part : json.get("downtime").get("parts")) {
      parts += part.asDouble();
    }
    assertThat(json.get("downtime").get("millis").asDouble()).isCloseTo(parts, within(1e-6));
  }

  @Test
  @DisplayName("a processor that nobody has measured is called an assumption")
  void assumption() {
    assertThat(ask("--memory", "1G", "--link", "10Gbit").out())
        .contains("100.0 us a command and 200 MB/s on both hosts", "an assumption");
    assertThat(ask("--memory", "1G", "--link", "10Gbit", "--psp-latency", "40us").out())
        .contains("40.0 us a command", "an assumption");
    assertThat(ask("--memory", "1G", "--link", "10Gbit", "--psp", "software").out())
        .contains("1.0 us a command and 1.4 GB/s", "in software")
        .doesNotContain("assumption");
  }

  @Test
  @DisplayName(
      "where a guest writes too fast, people are told how fast it might, and what holds the move up")
  void advice() {
    Answer answer =
        ask("--memory", "512G", "--dirty-rate", "200MB", "--working-set", "8G", "--link", "25Gbit");

    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.out())
        .contains("512 GiB, writing 200 MB/s all over 8 GiB")
        .contains("held up by the source's processor and the destination's processor")
        .contains("the guest is slowed by 50 %")
        .contains("within the target of 300.0 ms")
        .contains("The guest would be slowed down by up to ")
        .contains("- if it wrote at most ", "- or with a target of ");

    JsonNode advice =
        ask(
                "--memory",
                "512G",
                "--dirty-rate",
                "200MB",
                "--working-set",
                "8G",
                "--link",
                "25Gbit",
                "--json")
            .json()
            .get("advice");
    assertThat(advice.get("dirtyBytesPerSecond").asDouble()).isBetween(1e6, 36e6);
    assertThat(advice.get("downtimeTargetMillis").asDouble()).isGreaterThan(300);
  }

  @Test
  @DisplayName("a guest that may not be slowed down stands still for longer than was asked for")
  void fullSpeed() {
    Answer answer =
        ask(
            "--memory",
            "512G",
            "--dirty-rate",
            "200MB",
            "--working-set",
            "8G",
            "--link",
            "25Gbit",
            "--throttle",
            "0");

    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.out())
        .contains("over the target of 300.0 ms")
        .contains("The guest would stand still for longer than was asked for.")
        .doesNotContain("slowed");
  }

  @Test
  @DisplayName("what is not said is what a move would do")
  void defaults() {
    JsonNode options = ask("--memory", "1G", "--link", "10Gbit", "--json").json().get("options");

    MoveOptions move = MoveOptions.DEFAULT;
    assertThat(options.get("downtimeTargetMillis").asDouble())
        .isEqualTo(move.downtimeTarget().toMillis());
    assertThat(options.get("mostThrottle").asInt()).isEqualTo(move.mostThrottle());
    assertThat(options.get("maxRounds").asInt()).isEqualTo(move.maxRounds());
    assertThat(options.get("dataConnections").asInt()).isEqualTo(move.dataConnections());
    assertThat(options.get("batchPages").asInt()).isEqualTo(move.batchPages());
    assertThat(options.get("bytesPerSecond").isNull()).isEqualTo(move.bytesPerSecond().isEmpty());
  }

  @Test
  @DisplayName("of many rounds those in the middle are left out, but not from the object")
  void manyRounds() {
    String[] slow = {
      "--memory",
      "1024G",
      "--dirty-rate",
      "33MB",
      "--link",
      "25Gbit",
      "--rounds",
      "100",
      "--writes",
      "sweep"
    };
    Answer answer = ask(slow);
    assertThat(answer.out()).contains("    ...").contains("the guest is paused");
    assertThat(answer.out().lines().filter(line -> line.matches(" +\\d+ +[\\d,]+ .*"))).hasSize(16);
    JsonNode json =
        ask(Stream.concat(Arrays.stream(slow), Stream.of("--json")).toArray(String[]::new)).json();
    assertThat(json.get("rounds").size()).isGreaterThan(16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--link 10Gbit | --memory",
        "--memory 1G | --link",
        "--memory lots --link 10Gbit | for example 256M",
        "--memory 0 --link 10Gbit | A guest has 1 or more pages",
        "--memory 5000 --link 10Gbit | --memory is not a whole number of pages",
        "--memory 1G --link fast | for example 200MB or 25Gbit",
        "--memory 1G --link 0Gbit | A link carries something",
        "--memory 1G --link 1Gbit --shared 2G | shares at most all of them",
        "--memory 1G --link 1Gbit --working-set 2G | larger than the guest's private memory",
        "--memory 1G --link 1Gbit --rtt 2h | for example 40us",
        "--memory 1G --link 1Gbit --rtt 61s | A round trip takes 0 to 1 min",
        "--memory 1G --link 1Gbit --psp-latency 2s | The latency of a command is 0 to 1 s",
        "--memory 1G --link 1Gbit --psp-bandwidth 0B | at least 1 byte a second",
        "--memory 1G --link 1Gbit --psp magic | magic",
        "--memory 1G --link 1Gbit --downtime 0ms | The downtime target is 1 ms to 1 h",
        "--memory 1G --link 1Gbit --rounds 1 | A move has 2 to 65535 rounds",
        "--memory 1G --link 1Gbit --throttle 100 | A guest is kept standing for 0 to 99 percent",
        "--memory 1G --link 1Gbit --connections 17 | 1 to 16 data connections",
        "--memory 1G --link 1Gbit --batch 0 | A batch has 1 to 1024 pages",
        "--memory 1G --link 1Gbit --limit 1kB | at least 1 MiB per second",
        "--memory 1G --link 1Gbit --writes seldom | seldom"
      })
  @DisplayName("what cannot be planned is answered in a sentence")
  void badInput(String line, String said) {
    Answer answer = ask(line.strip().split(" "));

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains(said.strip()).doesNotContain("\tat ", "Exception");
    assertThat(answer.err().lines()).as("a sentence, and where to read more").hasSize(2);
  }

  @Test
  @DisplayName("the help has an example that works")
  void example() {
    String help = ask("--help").out();
    assertThat(help).contains("Example:  sealift plan ");
    String example =
        help.substring(help.lastIndexOf("sealift plan ") + "sealift plan ".length()).strip();
    assertThat(ask(example.split("[\\s\\\\]+")).code()).isZero();
  }
}
