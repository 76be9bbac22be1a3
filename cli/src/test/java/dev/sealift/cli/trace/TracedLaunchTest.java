package dev.sealift.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.run.SevQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("long")
@DisplayName("A trace of the distribution's QEMU, unchanged")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TracedLaunchTest {
  @TempDir private static Path shared;
  @TempDir private Path directory;

  private static TracedLaunch launch;

  /** Replays under the tests' own root, which need not be made. */
  private Answer replay(String file, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("replay", file));
    words.addAll(List.of("--root", TestRoot.savedIn(directory).toString()));
    words.addAll(List.of(options));
    return Answer.to(words.toArray(String[]::new));
  }

  @BeforeAll
  static void launch() throws Exception {
    launch = TracedLaunch.run(shared);
  }

  private static boolean holds(Path file, byte[] bytes) throws IOException {
    String text = Files.readString(file).toLowerCase(Locale.ROOT);
    return text.contains(HexFormat.of().formatHex(bytes))
        || text.contains(new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
  }

  /** Parts of the firmware that occur nowhere else: not those of one value. */
  private static List<byte[]> partsOfTheFirmware() throws IOException {
    byte[] firmware = Files.readAllBytes(SevQemu.FIRMWARE);
    List<byte[]> parts = new ArrayList<>();
    for (int at = 0; at + 32 <= firmware.length; at += firmware.length / 64) {
      byte[] part = Arrays.copyOfRange(firmware, at, at + 32);
      if (new String(part, StandardCharsets.ISO_8859_1).chars().distinct().count() > 8) {
        parts.add(part);
      }
    }
    return parts;
  }

  private Path edited(String call, String from, String to) throws IOException {
    Path edited = directory.resolve("edited.trace");
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(launch.record())) {
      lines.add(line.startsWith("{\"call\":" + call + ",") ? line.replaceFirst(from, to) : line);
    }
    assertThat(lines).isNotEqualTo(Files.readAllLines(launch.record()));
    return Files.write(edited, lines);
  }

  private static String numberOf(String name) throws IOException {
    String line =
        Files.readAllLines(launch.record()).stream()
            .filter(known ->
                known.contains("\"name\":\"" + name + "\"") && known.contains("\"result\":0"))
            .findFirst()
            .orElseThrow();
    return line.substring("{\"call\":".length(), line.indexOf(','));
  }

  @Test
  @DisplayName("tells the launch line by line, in its order, with statuses and policy in words")
  void tells() {
    assertThat(launch.code()).isZero();
    assertThat(launch.names().stream().distinct().toList())
        .containsSubsequence(
            "SEV_PLATFORM_STATUS",
            "KVM_SEV_INIT",
            "KVM_SEV_LAUNCH_START",
            "KVM_MEMORY_ENCRYPT_REG_REGION",
            "KVM_SEV_LAUNCH_UPDATE_DATA",
            "KVM_SEV_LAUNCH_MEASURE",
            "KVM_SEV_LAUNCH_SECRET",
            "KVM_SEV_LAUNCH_FINISH");
    assertThat(launch.lines())
        .anyMatch(line -> line.contains("policy=0x00000001 (NODBG, API >= 0.0)"))
        .anyMatch(line ->
            line.contains("len=0 -> len=48 = -1 EIO (Input/output error), INVALID_LEN (0x4)"))
        .anyMatch(line -> line.contains("vm1 KVM_SEV_LAUNCH_FINISH = 0, SUCCESS (0x0), "))
        .anyMatch(line -> line.contains("[session, 128 bytes: sha256 "))
        .last()
        .asString()
        .endsWith(" vm1 ended");
  }

  @Test
  @DisplayName("holds no key, no secret and no content of the guest")
  void holdsNoSecret() throws Exception {
    Path lines = shared.resolve("lines");
    List<byte[]> kept =
        new ArrayList<>(
            List.of(
                launch.session().keys().tek().reveal(),
                launch.session().keys().tik().reveal(),
                launch.session().blob(),
                launch.secret()));
    List<byte[]> firmware = partsOfTheFirmware();
    assertThat(firmware).hasSizeGreaterThan(8);
    kept.addAll(firmware);
    for (byte[] bytes : kept) {
      assertThat(holds(lines, bytes)).isFalse();
      assertThat(holds(launch.record(), bytes)).isFalse();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(launch.record())))
        .isEqualTo("rw-------");
  }

  @Tag("long")
  @Test
  @DisplayName("tells them if it is asked to, but never the guest's keys")
  void tellsAllIfAsked() throws Exception {
    TracedLaunch all = TracedLaunch.run(directory, "--with-secrets");
    assertThat(holds(all.record(), all.session().blob())).isTrue();
    assertThat(holds(all.record(), all.secret())).as("as the guest has it").isTrue();
    assertThat(holds(all.record(), partsOfTheFirmware().getFirst())).isTrue();
    assertThat(holds(all.record(), all.session().keys().tek().reveal())).isFalse();
    assertThat(holds(all.record(), all.session().keys().tik().reveal())).isFalse();
    Answer replay = replay(all.record().toString());
    assertThat(replay.code()).as(replay.out()).isZero();
    assertThat(replay.out()).doesNotContain("KVM_SEV_LAUNCH_UPDATE_DATA: content");
  }

  @Test
  @DisplayName("is replayed without a difference, and the report says what it had to make up")
  void replays() throws Exception {
    Answer words = replay(launch.record().toString());
    assertThat(words.code()).as(words.out() + words.err()).isZero();
    assertThat(words.out())
        .contains("KVM_SEV_LAUNCH_UPDATE_DATA: content, ")
        .contains("KVM_SEV_LAUNCH_START: session, 128 bytes, by that owner's session")
        .contains("KVM_SEV_LAUNCH_MEASURE measurement: length")
        .endsWith("No difference." + System.lineSeparator());
    JsonNode json = replay(launch.record().toString(), "--json").json();
    assertThat(json.get("same").asBoolean()).isTrue();
    assertThat(json.get("calls").asInt()).isEqualTo(launch.names().size());
    assertThat(json.get("differences")).isEmpty();
  }

  @Test
  @DisplayName("with one answer changed by hand gives exactly that difference")
  void findsTheDifference() throws Exception {
    String measure = numberOf("KVM_SEV_LAUNCH_MEASURE");
    Answer length =
        replay(
            edited(measure, "\"out\":\\{\"len\":48}", "\"out\":{\"len\":52}").toString(), "--json");
    assertThat(length.code()).isEqualTo(1);
    assertThat(length.json().get("differences")).hasSize(1);
    JsonNode difference = length.json().get("differences").get(0);
    assertThat(difference.get("call").asString()).isEqualTo(measure);
    assertThat(difference.get("what").asString()).isEqualTo("len");
    assertThat(difference.get("recorded").asString()).isEqualTo("52");
    assertThat(difference.get("replayed").asString()).isEqualTo("48");
    Answer result =
        replay(
            edited(numberOf("KVM_SEV_LAUNCH_FINISH"), "\"result\":0", "\"result\":-22").toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains("KVM_SEV_LAUNCH_FINISH: result was -1 EINVAL (Invalid argument), is 0")
        .endsWith("Differences: 1." + System.lineSeparator());
  }
}
