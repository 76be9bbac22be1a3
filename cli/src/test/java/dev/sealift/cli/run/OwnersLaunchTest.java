package dev.sealift.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Answer;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.qemu.QemuMonitor;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("A guest's owner, by the command line and with the distribution's QEMU,")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnersLaunchTest {
  private static final long SECRET_ADDRESS = 0x100000;

  private final Path directory;

  OwnersLaunchTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private String text(String name) throws IOException {
    return Files.readString(directory.resolve(name)).strip();
  }

  private static Answer succeed(String... arguments) {
    Answer answer = Answer.to(arguments);
    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    return answer;
  }

  /** sealift run with a QEMU under the owner's session. */
  private SealiftProgram run() throws IOException {
    List<String> command = new ArrayList<>(List.of("run", "--state", file("host"), "--"));
    command.addAll(
        SevQemu.commandLine(
            directory,
            "0x1",
            List.of(
                "dh-cert-file=" + file("web_godh.b64"),
                "session-file=" + file("web_session.b64"))));
    return SealiftProgram.start(directory, command.toArray(String[]::new));
  }

  private Answer measure(JsonNode sev, String measurement, Path firmware) {
    return Answer.to(
        "measure",
        "--firmware",
        firmware.toString(),
        "--policy",
        sev.get("policy").asString(),
        "--api-major",
        sev.get("api-major").asString(),
        "--api-minor",
        sev.get("api-minor").asString(),
        "--build-id",
        sev.get("build-id").asString(),
        "--tik",
        file("web_tik.bin"),
        "--check",
        measurement);
  }

  private void makeSession() throws IOException {
    TestRoot.savedIn(directory);
    succeed(
        "platform",
        "export",
        file("host.chain"),
        "--full",
        "--state",
        file("host"),
        "--root",
        file("root"));
    succeed(
        "session",
        file("host.chain"),
        "0x1",
        "--verify",
        "--chain-root",
        file("root/" + ModelRoot.CERTIFICATES_FILE),
        "--name",
        "web",
        "--out",
        directory.toString());
  }

  @Test
  @DisplayName("makes a session for a platform that a directory remembers, and hands over a secret")
  void launches() throws Exception {
    SevQemu.assumeInstalled();
    makeSession();
    Files.writeString(directory.resolve("passphrase"), "open sesame");
    byte[] firmware = Files.readAllBytes(SevQemu.FIRMWARE);
    firmware[4711] ^= 1;
    Path otherFirmware = Files.write(directory.resolve("other.fd"), firmware);

    try (SealiftProgram sealift = run();
        QemuMonitor monitor = QemuMonitor.connect(SevQemu.socket(directory), sealift::isAlive)) {
      JsonNode sev = monitor.command("query-sev", Map.of());
      assertThat(sev.get("state").asString()).isEqualTo("launch-secret");
      String measurement =
          monitor.command("query-sev-launch-measure", Map.of()).get("data").asString();

      Answer same = measure(sev, measurement, SevQemu.FIRMWARE);
      assertThat(same.code()).as(same.out() + same.err()).isZero();
      assertThat(measure(sev, measurement, otherFirmware).code()).isOne();

      succeed(
          "secret",
          "--tek",
          file("web_tek.bin"),
          "--tik",
          file("web_tik.bin"),
          "--measurement",
          measurement,
          "--disk-password",
          file("passphrase"),
          "--out-header",
          file("header.b64"),
          "--out-payload",
          file("payload.b64"));
      monitor.command(
          "sev-inject-launch-secret",
          Map.of(
              "packet-header",
              text("header.b64"),
              "secret",
              text("payload.b64"),
              "gpa",
              SECRET_ADDRESS));
      int length = Base64.getDecoder().decode(text("payload.b64")).length;
      monitor.command(
          "pmemsave", Map.of("val", SECRET_ADDRESS, "size", length, "filename", file("memory")));
      assertThat(new String(Files.readAllBytes(directory.resolve("memory")), "US-ASCII"))
          .contains("open sesame");

      monitor.command("cont", Map.of());
      assertThat(monitor.command("query-sev", Map.of()).get("state").asString())
          .isEqualTo("running");

      Answer inUse = Answer.to("platform", "status", "--state", file("host"));
      assertThat(inUse.code()).isOne();
      assertThat(inUse.err()).contains("on in another process");
      monitor.command("quit", Map.of());
      assertThat(sealift.await()).isZero();
      assertThat(sealift.errors().getFirst()).contains("does NOT encrypt").contains("host");

      judge(sev, measurement, otherFirmware);
    } catch (IOException silent) {
      String errors = text("errors");
      assumeTrue(!errors.contains("no other program can be given SEV"), errors);
      throw new IOException(errors, silent);
    }
    assertThat(succeed("platform", "status", "--state", file("host")).out())
        .containsPattern("guests +0\n");
  }

  /** libvirt's validator makes the same of the same files. */
  private void judge(JsonNode sev, String measurement, Path otherFirmware) throws Exception {
    try (TransportKeys keys =
        TransportKeys.of(
            SecretBytes.take(Files.readAllBytes(directory.resolve("web_tek.bin"))),
            SecretBytes.take(Files.readAllBytes(directory.resolve("web_tik.bin"))))) {
      assertThat(LaunchValidator.judge(directory, sev, measurement, SevQemu.FIRMWARE, keys).words())
          .contains("OK: Looks good to me");
      assertThat(LaunchValidator.judge(directory, sev, measurement, otherFirmware, keys).words())
          .contains("does not match");
    }
  }

  @Test
  @DisplayName("is told what is wrong with the directory before the program starts")
  void badState() throws Exception {
    Answer noRoot = Answer.to("run", "--state", file("new"), "--", "true");
    assertThat(noRoot.code()).isEqualTo(2);
    assertThat(noRoot.err()).contains("--root DIR").hasLineCount(1);
    assertThat(directory.resolve("new")).doesNotExist();

    Answer noState = Answer.to("run", "--root", file("root"), "--", "true");
    assertThat(noState.code()).isEqualTo(2);
    assertThat(noState.err()).contains("--state DIR").hasLineCount(1);

    TestRoot.savedIn(directory);
    succeed("platform", "status", "--state", file("host"), "--root", file("root"));
    byte[] identity = Files.readAllBytes(directory.resolve("host/identity"));
    identity[100] ^= 1;
    Files.write(directory.resolve("host/identity"), identity);
    Answer damaged = Answer.to("run", "--state", file("host"), "--", "true");
    assertThat(damaged.code()).isEqualTo(2);
    assertThat(damaged.err()).contains("is damaged").hasLineCount(1);
    assertThat(Arrays.equals(identity, Files.readAllBytes(directory.resolve("host/identity"))))
        .isTrue();
    Answer still = Answer.to("platform", "status", "--state", file("host"));
    assertThat(still.err()).as("the lock is free again").contains("is damaged");
  }
}
