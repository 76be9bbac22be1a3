package dev.sealift.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.qemu.QemuMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What docs/run.md tells people to type. */
@Tag("long")
class DocumentedLaunchTest {
  private static final Pattern FIRST_EXAMPLE = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path directory;

  private static String example() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (Files.notExists(root.resolve("sealift"))) {
      root = root.getParent();
    }
    Matcher example = FIRST_EXAMPLE.matcher(Files.readString(root.resolve("docs/run.md")));
    assertThat(example.find()).isTrue();
    return example.group(1);
  }

  /** A ./sealift that is the one under test. */
  private void makeLauncher() throws IOException {
    String words =
        SealiftProgram.commandLine().stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Path launcher = directory.resolve("sealift");
    Files.writeString(launcher, "#!/bin/sh\nexec " + words + " \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static JsonNode ask(QemuMonitor monitor, String command) throws Exception {
    return monitor.command(command, Map.of());
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @DisplayName("The documented command line launches a guest, word for word")
  void launches() throws Exception {
    SevQemu.assumeInstalled();
    assumeTrue(EncryptionBit.ofThisMachine() == 0, "this CPU has an encryption bit of its own");
    makeLauncher();
    Path errors = directory.resolve("errors");
    Process shell =
        new ProcessBuilder("/bin/sh", "-e", "-c", example())
            .directory(directory.toFile())
            .redirectOutput(errors.toFile())
            .redirectErrorStream(true)
            .start();
    try (QemuMonitor monitor = QemuMonitor.connect(directory.resolve("qmp"), shell::isAlive)) {
      assertThat(ask(monitor, "query-sev").get("state").asString()).isEqualTo("launch-secret");
      assertThat(ask(monitor, "query-sev").get("api-minor").asInt()).isEqualTo(55);
      assertThat(ask(monitor, "query-sev").get("build-id").asInt()).isEqualTo(21);
      ask(monitor, "cont");
      assertThat(ask(monitor, "query-sev").get("state").asString()).isEqualTo("running");
      ask(monitor, "quit");
      assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(shell.exitValue()).as(Files.readString(errors)).isZero();
    } catch (IOException silent) {
      assumeTrue(
          !Files.readString(errors).contains("no other program can be given SEV"),
          Files.readString(errors));
      throw silent;
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
  }
}
