package dev.sealift.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Sealift;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParseResult;

@DisplayName("The systemd unit of a host")
class ServiceTest {
  private static final Path UNIT = Path.of("src/main/dist/lib/systemd/system/sealift-host.service");
  private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

  @TempDir Path folder;

  @Test
  @DisplayName("starts a command line that the tool takes, also with the options of its manual")
  void itsCommandLineIsTaken() throws Exception {
    String options =
        Files.readAllLines(Path.of("../docs/packaging.md")).stream()
            .filter(line -> line.contains("SEALIFT_HOST_OPTIONS=\""))
            .map(line -> line.split("SEALIFT_HOST_OPTIONS=\"")[1].split("\"")[0])
            .findFirst()
            .orElseThrow();
    List<String> words =
        Stream.of(entry("ExecStart").split(" "))
            .flatMap(word ->
                word.equals("$SEALIFT_HOST_OPTIONS")
                    ? Arrays.stream(options.split(" "))
                    : Stream.of(word.replace("%S", "/var/lib")))
            .toList();

    assertThat(words.getFirst()).isEqualTo("/opt/sealift/bin/sealift");
    ParseResult parsed =
        Sealift.commandLine().parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    ParseResult host = parsed.subcommand();
    assertThat(host.commandSpec().name()).isEqualTo("host");
    Path state = host.matchedOptionValue("--state", Path.of(""));
    assertThat(state).isEqualTo(Path.of("/var/lib").resolve(entry("StateDirectory")));
    assertThat(host.hasMatchedOption("--listen")).isTrue();
  }

  @Test
  @DisplayName("has nothing that systemd does not understand")
  void systemdUnderstandsIt() throws Exception {
    assumeTrue(Files.isExecutable(ANALYZE), "no systemd-analyze on this machine");
    Path command = Files.createFile(folder.resolve("sealift"));
    Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path unit = folder.resolve(UNIT.getFileName());
    Files.writeString(
        unit, Files.readString(UNIT).replace("/opt/sealift/bin/sealift", command.toString()));

    Process analyze =
        new ProcessBuilder(ANALYZE.toString(), "verify", "--man=no", unit.toString())
            .redirectErrorStream(true)
            .start();

    String said = new String(analyze.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(analyze.waitFor()).as(said).isZero();
    assertThat(said.lines().filter(line -> line.contains("sealift-host.service"))).isEmpty();
  }

  private static String entry(String key) throws IOException {
    return Files.readAllLines(UNIT).stream()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst()
        .orElseThrow();
  }
}
