package dev.sealift.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.ChipCertificates;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.process.SealiftCommandLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("sealift machine")
@Timeout(120)
class MachineCommandTest {
  @TempDir Path directory;

  @Test
  void holdsAMachineUpUntilItIsTerminated() throws Exception {
    Path root = TestRoot.savedIn(directory);
    Path state = directory.resolve("platform");
    Path socket = directory.resolve("own").resolve("machine.sock");
    Process process =
        new ProcessBuilder(
                SealiftCommandLine.of(
                    List.of("-XX:TieredStopAtLevel=1"),
                    List.of(
                        "machine",
                        "--socket",
                        socket.toString(),
                        "--state",
                        state.toString(),
                        "--root",
                        root.toString(),
                        "--memory",
                        directory.toString(),
                        "--kernel",
                        "extended",
                        "--json")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      JsonNode ready = JsonMapper.shared().readTree(firstLine(process));
      assertThat(ready.get("emulated").asBoolean()).isTrue();
      assertThat(ready.get("socket").asString()).isEqualTo(socket.toString());
      assertThat(ready.get("pid").asLong()).isEqualTo(process.pid());
      assertThat(ready.get("kernel").asString()).isEqualTo("extended");
      assertThat(Path.of(ready.get("memory").asString())).isDirectory();

      try (HostMachine host = HostMachine.attach(socket, ChipCertificates.of(state))) {
        assertThat(host.chain().verify(TestRoot.root().root()).holds()).isTrue();
        assertThat(host.platform().status().guests()).isZero();
      }
      process.destroy();
      assertThat(process.waitFor()).isZero();
      assertThat(socket).doesNotExist();
      assertThat(Path.of(ready.get("memory").asString())).doesNotExist();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void saysWhatItNeeds() throws Exception {
    Path root = TestRoot.savedIn(directory);
    String socket = directory.resolve("own").resolve("machine.sock").toString();
    assertRefused(Answer.to("machine", "--root", root.toString()), 2, "--socket");
    assertRefused(Answer.to("machine", "--socket", socket), 2, "--root DIR");
    assertRefused(
        Answer.to(
            "machine", "--socket", socket, "--root", root.toString(), "--memory", "/proc/self"),
        2,
        "cannot lie in /proc/self");
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    String shared = open.resolve("machine.sock").toString();
    assertRefused(
        Answer.to(
            "machine",
            "--socket",
            shared,
            "--root",
            root.toString(),
            "--memory",
            directory.toString()),
        1,
        "chmod 700");
    assertThat(open).isEmptyDirectory();
  }

  @Test
  void isMissedInWords() {
    Path socket = directory.resolve("machine.sock");
    try (HostMachine host = HostMachine.attach(socket, TestRoot.root())) {
      throw new AssertionError("no machine is there: " + host);
    } catch (Failure missed) {
      assertThat(missed).hasMessageContaining("sealift machine --socket " + socket);
    } catch (Exception other) {
      throw new AssertionError(other);
    }
  }

  private static void assertRefused(Answer answer, int code, String words) {
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.err()).contains(words);
    assertThat(answer.out()).isEmpty();
  }

  private static String firstLine(Process process) throws IOException {
    return new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
        .readLine();
  }
}
