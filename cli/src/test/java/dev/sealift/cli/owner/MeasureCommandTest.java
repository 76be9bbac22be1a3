package dev.sealift.cli.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.crypto.launch.CpuSignature;
import dev.sealift.crypto.launch.ResetVmsa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift measure")
class MeasureCommandTest {
  private static final String TIK = "66320db73158a35a255d051758e95ed4";
  private static final String NONCE = "4fbe0bedbad6c86ae8f68971d103e554";

  @TempDir private Path directory;
  private String firmware;
  private String kernel;
  private String tik;

  @BeforeEach
  void files() throws Exception {
    firmware = write("firmware.fd", GuestOwnerTest.random(4096));
    kernel = write("bzImage", GuestOwnerTest.random(1000));
    tik = write("tik.bin", HexFormat.of().parseHex(TIK));
  }

  private String write(String name, byte[] content) throws Exception {
    return Files.write(directory.resolve(name), content).toString();
  }

  private Answer measure(String... arguments) {
    return Answer.to(
        Stream.concat(Stream.of("measure", "--firmware", firmware), Stream.of(arguments))
            .toArray(String[]::new));
  }

  private Answer measured(String build, String policy, String... more) {
    return measure(
        Stream.concat(
                Stream.of(
                    "--api-major",
                    "1",
                    "--api-minor",
                    "55",
                    "--build-id",
                    build,
                    "--policy",
                    policy,
                    "--tik",
                    tik),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private String measurement(String build, String policy, String... more) {
    Answer answer =
        measured(
            build,
            policy,
            Stream.concat(Stream.of("--json", "--nonce", NONCE), Stream.of(more))
                .toArray(String[]::new));
    assertThat(answer.code()).as(answer.err()).isZero();
    return answer.json().get("measurement").asString();
  }

  private void assertRefused(Answer answer, String why) {
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains(why).doesNotContain("Exception");
  }

  @Test
  @DisplayName("prints what QEMU prints: MAC and nonce in base64, and both in hexadecimal")
  void forms() {
    Answer words = measured("21", "1", "--nonce", NONCE);
    JsonNode json = measured("21", "1", "--nonce", NONCE, "--json").json();

    String base64 = json.get("measurement").asString();
    assertThat(HexFormat.of().formatHex(Base64.getDecoder().decode(base64)))
        .isEqualTo(json.get("mac").asString() + NONCE);
    assertThat(words.out()).contains(base64, json.get("mac").asString(), NONCE);
    assertThat(words.out() + json).doesNotContain(TIK);
  }

  @Test
  @DisplayName("prints the digest alone where it is asked for no more")
  void digest() {
    Answer digest = measure("--digest");
    assertThat(digest.code()).isZero();
    assertThat(digest.out().strip()).matches("[0-9a-f]{64}");
    assertThat(measure("--digest", "--kernel", kernel, "--cmdline", "quiet").out())
        .isNotEqualTo(digest.out());
  }

  @Test
  @DisplayName("takes the nonce from the measurement that is to be checked, in base64 or a file")
  void check() throws Exception {
    String reported = measurement("21", "1");
    assertThat(measured("21", "1", "--check", reported).code()).isZero();
    String text = write("measurement.txt", (reported + "\n").getBytes());
    assertThat(measured("21", "1", "--check", text).code()).isZero();
    String raw = write("measurement.bin", Base64.getDecoder().decode(reported));
    Answer matches = measured("21", "1", "--check", raw, "--json");
    assertThat(matches.json().get("matches").asBoolean()).isTrue();
    assertThat(measured("21", "1", "--measurement", reported).out()).contains(reported);
  }

  @Test
  @DisplayName("a firmware file of which one bit differs does not match, and says what to look at")
  void oneBit() throws Exception {
    String reported = measurement("21", "1");
    byte[] changed = GuestOwnerTest.random(4096);
    changed[4000] ^= 0x04;
    firmware = write("changed.fd", changed);

    Answer answer = measured("21", "1", "--check", reported);

    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out())
        .contains("DOES NOT MATCH", "hand no secret over", "compare the hashes", "TIK")
        .contains("No single likely difference");
  }

  @Test
  @DisplayName("finds the one thing that is otherwise than said, where it is a likely one")
  void hints() {
    String plain = measurement("21", "1");
    assertHint(measured("22", "1", "--check", plain), "on a platform of API 1.55 build 21");
    assertHint(measured("21", "3", "--check", plain), "with the policy 0x00000001");
    assertHint(
        measured("21", "1", "--kernel", kernel, "--check", plain), "without the kernel hashes");
    String[] milan = {"--cpu-family", "25", "--cpu-model", "1", "--cpu-stepping", "1"};
    String one = measurement("21", "5", with(milan, "--num-cpus", "1"));
    assertHint(
        measured("21", "5", with(milan, "--num-cpus", "1", "--vmsa-fpu", "--check", one)),
        "as another kernel makes them");
    assertHint(
        measured(
            "21",
            "5",
            with(
                milan,
                "--num-cpus",
                "1",
                "--check",
                measurement("21", "5", with(milan, "--num-cpus", "1", "--vmsa-fpu")))),
        "with floating-point control words");
  }

  @Test
  @DisplayName("finds that the guest has another number of vCPUs")
  void numberOfVcpus() throws Exception {
    ResetVmsa reset = new ResetVmsa(new CpuSignature(25, 1, 1));
    String first = write("cpu0", reset.boot());
    String others = write("cpu1", reset.further(0x0080_B004));
    String[] files = {"--vmsa-cpu0", first, "--vmsa-cpu1", others};
    String four = measurement("21", "5", with(files, "--num-cpus", "4"));

    assertThat(measured("21", "5", with(files, "--num-cpus", "4", "--check", four)).code())
        .isZero();
    assertHint(
        measured("21", "5", with(files, "--num-cpus", "2", "--check", four)), "with 4 vCPUs");
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
  }

  private static void assertHint(Answer answer, String hint) {
    assertThat(answer.code()).as(answer.err()).isEqualTo(1);
    assertThat(answer.out()).contains("the same launch").contains(hint);
  }

  @Test
  @DisplayName("says where a firmware has no room for the kernel's hashes")
  void noRoom() {
    assertThat(measure("--digest", "--kernel", kernel, "--json").json().get("notes").get(0))
        .asString()
        .contains("no room for kernel hashes");
  }

  @Test
  @DisplayName("answers every wrong file and value with one sentence and exit code 2")
  void badInput() throws Exception {
    String reported = measurement("21", "1");
    String shortTik = write("short.bin", new byte[15]);
    String vmsa = write("vmsa", new byte[4095]);
    String page = write("page", new byte[4096]);

    assertRefused(measured("21", "1"), "--check, --measurement or --nonce");
    assertRefused(measure("--check", reported), "--policy, which is missing");
    assertRefused(measured("256", "1", "--check", reported), "0 to 255");
    assertRefused(
        measure(
            "--api-major",
            "1",
            "--api-minor",
            "300",
            "--build-id",
            "1",
            "--policy",
            "1",
            "--tik",
            tik,
            "--check",
            reported),
        "no such API version");
    assertRefused(measured("21", "1", "--check", "AAAA"), "AAAA does not exist");
    assertRefused(measured("21", "1", "--check", directory.toString()), "is a directory");
    assertRefused(measured("21", "1", "--check", shortTik), "cut short");
    assertRefused(measured("21", "1", "--nonce", "12"), "is not a nonce");
    assertRefused(
        measure(
            "--api-major",
            "1",
            "--api-minor",
            "5",
            "--build-id",
            "1",
            "--policy",
            "1",
            "--tik",
            shortTik,
            "--check",
            reported),
        "has 15 bytes, and a TIK has 16");
    assertRefused(measure("--digest", "--initrd", kernel), "need --kernel");
    assertRefused(measure("--digest", "--kernel", directory.toString()), "is a directory");
    assertRefused(measured("21", "1", "--num-cpus", "1", "--nonce", NONCE), "no ES bit");
    assertRefused(measured("21", "5", "--nonce", NONCE), "needs --num-cpus");
    assertRefused(measured("21", "5", "--num-cpus", "1", "--nonce", NONCE), "name them by");
    assertRefused(measure("--digest", "--num-cpus", "1", "--vmsa-cpu0", vmsa), "cut short");
    assertRefused(measure("--digest", "--num-cpus", "2", "--vmsa-cpu0", page), "--vmsa-cpu1");
    assertRefused(measure("--digest", "--num-cpus", "2", "--vmsa-cpu1", page), "--vmsa-cpu0");
    assertRefused(
        measure("--digest", "--num-cpus", "1", "--vmsa-cpu0", page, "--cpu-family", "25"),
        "not both");
    assertRefused(
        measure(
            "--digest",
            "--num-cpus",
            "1",
            "--cpu-family",
            "25",
            "--cpu-model",
            "256",
            "--cpu-stepping",
            "0"),
        "no such CPU");
    assertRefused(
        measure(
            "--digest",
            "--num-cpus",
            "2",
            "--cpu-family",
            "25",
            "--cpu-model",
            "1",
            "--cpu-stepping",
            "0"),
        "does not say where further vCPUs begin");
    firmware = shortTik;
    assertRefused(measure("--digest"), "whole blocks of 16 bytes");
    firmware = directory.toString();
    assertRefused(measure("--digest"), "is a directory");
  }
}
