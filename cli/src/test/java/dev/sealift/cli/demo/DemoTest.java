package dev.sealift.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Answer;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.TestRoot;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The demonstration as a person runs it: two real processes and a guest that moves between them.
 */
class DemoTest {
  private static Path root;

  @BeforeAll
  static void makeRoot(@TempDir Path folder) throws Exception {
    root = TestRoot.savedIn(folder);
  }

  /** Asks for a demonstration under the one root of all tests. */
  private static Answer demo(String... options) {
    return Answer.to(
        Stream.concat(Stream.of("demo", "--root", root.toString()), Arrays.stream(options))
            .toArray(String[]::new));
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"kvm", "model"})
  @DisplayName("a running guest moves between two processes and every page of it is proved")
  void moves(String host) throws Exception {
    assumeTrue(
        host.equals("model") || HostKind.AUTO.resolve() == HostKind.KVM,
        "no usable /dev/kvm on this machine");

    Answer run = demo("--host", host, "--memory", "16M", "--hot-set", "2M", "--json");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    JsonNode json = run.jsonOnLastLine();
    assertThat(json.get("host").asString()).isEqualTo(host);
    assertThat(json.get("kernel").asString()).isEqualTo("mainline");
    assertThat(json.get("totals").get("pagesPerCall").asInt()).isEqualTo(1);
    assertThat(run.out()).contains("one a call");
    assertThat(json.get("emulated").asBoolean()).isTrue();
    assertThat(json.get("verified").asBoolean()).isTrue();
    assertThat(json.get("guest").get("measured").asBoolean()).isTrue();
    assertThat(json.get("source").get("pid").asLong())
        .isNotEqualTo(json.get("destination").get("pid").asLong());
    assertThat(json.get("guest").get("memoryBytes").asLong()).isEqualTo(16L << 20);
    assertThat(json.get("guest").get("sharedPages").asLong()).isPositive();
    assertThat(
            json.get("guest").get("sharedPages").asLong()
                + json.get("guest").get("privatePages").asLong())
        .isEqualTo(4096);
    JsonNode verification = json.get("verification");
    assertThat(verification.get("pagesCompared").asLong()).isEqualTo(4096);
    assertThat(verification.get("mismatches").asLong()).isZero();
    assertThat(verification.get("stepsAtStop").asLong()).isPositive();
    assertThat(verification.get("stepsAtEnd").asLong())
        .isGreaterThan(verification.get("stepsAtStop").asLong());
    JsonNode rounds = json.get("rounds");
    assertThat(rounds.size()).isGreaterThan(2);
    // Shared pages, of which the guest has at most 96, wait for the next round where it converts
    // some while they are copied.
    assertThat(rounds.get(0).get("pages").asLong()).isBetween(4096L - 96, 4096L);
    for (JsonNode round : rounds) {
      assertThat(round.get("pages").asLong()).isPositive();
      assertThat(round.get("pages").asLong())
          .isEqualTo(round.get("privatePackets").asLong() + round.get("sharedPages").asLong());
    }
    double parts = 0;
    for (JsonNode part : json.get("downtime").get("parts")) {
      parts += part.asDouble();
    }
    assertThat(json.get("downtime").get("millis").asDouble())
        .isCloseTo(parts, org.assertj.core.data.Offset.offset(0.5));
  }

  @Tag("long")
  @Test
  @DisplayName("Secure Processors that are slowed down seal no page faster than they are told")
  void pace() {
    Answer run =
        demo(
            "--host",
            "model",
            "--memory",
            "8M",
            "--psp-latency",
            "100us",
            "--psp-bandwidth",
            "40960kB",
            "--json");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("slowed down to 100us a command and 40960kB a second");
    JsonNode json = run.jsonOnLastLine();
    assertThat(json.get("verified").asBoolean()).isTrue();
    assertThat(json.get("pace").get("latencyMicros").asDouble()).isEqualTo(100);
    assertThat(json.get("pace").get("bytesPerSecond").asLong()).isEqualTo(40_960_000);
    for (JsonNode round : json.get("rounds")) {
      assertThat(round.get("millis").asDouble())
          .as("100 us and again 100 us for each packet")
          .isGreaterThanOrEqualTo(0.2 * round.get("privatePackets").asLong());
    }
  }

  @Tag("long")
  @Test
  @DisplayName("a guest whose registers are encrypted moves, a whole batch of pages in a call")
  void encryptedRegisters() {
    Answer run = demo("--es", "--memory", "8M", "--json");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    JsonNode json = run.jsonOnLastLine();
    assertThat(json.get("host").asString()).isEqualTo("model");
    assertThat(json.get("kernel").asString()).isEqualTo("extended");
    assertThat(json.get("totals").get("pagesPerCall").asInt()).isEqualTo(64);
    assertThat(run.out()).contains("up to 64 a call");
    assertThat(json.get("verified").asBoolean()).isTrue();
    assertThat(json.get("guest").get("measured").asBoolean()).isTrue();
    assertThat(json.get("guest").get("registersEncrypted").asBoolean()).isTrue();
    assertThat(run.out()).contains("registers encrypted", "1 of SEND_UPDATE_VMSA");
  }

  @Tag("long")
  @Test
  @DisplayName("on a kernel like mainline Linux it stays, with a sentence that says why")
  void encryptedRegistersOnMainline() {
    Answer run = demo("--es", "--kernel", "mainline", "--memory", "8M", "--json");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.jsonOnLastLine().get("moved").asBoolean()).isFalse();
    assertThat(run.jsonOnLastLine().get("reason").asString())
        .contains("ES", "mainline Linux", "SEND_UPDATE_VMSA");
    assertThat(run.out()).contains("runs on at the source");
  }

  @Tag("long")
  @Test
  @DisplayName("a guest whose policy says NOSEND stays where it is, with a sentence that says why")
  void noSend() {
    Answer run = demo("--host", "model", "--memory", "8M", "--nosend", "--json");

    assertThat(run.code()).isEqualTo(1);
    JsonNode json = run.jsonOnLastLine();
    assertThat(json.get("moved").asBoolean()).isFalse();
    assertThat(json.get("verified").asBoolean()).isFalse();
    assertThat(json.get("reason").asString()).contains("NOSEND");
    assertThat(run.out()).contains("runs on at the source");
  }

  @Test
  @DisplayName("bad input is answered in a sentence, without a stack trace")
  void badInput() {
    Answer size = demo("--host", "model", "--memory", "5M");
    assertThat(size.code()).isEqualTo(1);
    assertThat(size.err()).contains("--memory", "multiple of 2M").doesNotContain("\tat ");

    Answer host = demo("--host", "moon");
    assertThat(host.code()).isEqualTo(2);
    assertThat(host.err()).contains("--host", "moon").doesNotContain("\tat ");

    Answer kernel = demo("--host", "model", "--kernel", "tomorrow");
    assertThat(kernel.code()).isEqualTo(2);
    assertThat(kernel.err()).contains("--kernel", "tomorrow").doesNotContain("\tat ");

    Answer latency = demo("--host", "model", "--psp-latency", "1001ms");
    assertThat(latency.code()).isEqualTo(2);
    assertThat(latency.err()).contains("--psp-latency", "0 to 1 s").doesNotContain("\tat ");

    Answer bandwidth = demo("--host", "model", "--psp-bandwidth", "fast");
    assertThat(bandwidth.code()).isEqualTo(2);
    assertThat(bandwidth.err()).contains("--psp-bandwidth", "200MB").doesNotContain("\tat ");

    Answer downtime = demo("--downtime", "0", "--host", "model");
    assertThat(downtime.code()).isEqualTo(2);
    assertThat(downtime.err()).contains("--downtime 0s is out of range: give 1ms to 60s");
  }
}
