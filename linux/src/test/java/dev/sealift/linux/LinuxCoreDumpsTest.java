package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A process that holds keys")
class LinuxCoreDumpsTest {

  /** It cannot be undone for the process of the tests, so another one does it and says so. */
  static final class Holder {
    public static void main(String[] arguments) throws Exception {
      LinuxCoreDumps dumps = LinuxCoreDumps.open();
      boolean before = dumps.allowed();
      int result = dumps.forbid();
      System.out.println(before + " " + result + " " + dumps.allowed() + " " + coreLimit());
    }
  }

  @Test
  void leavesNoCoreDump() throws Exception {
    try {
      LinuxCoreDumps.open();
    } catch (LinuxUnavailableException unavailable) {
      abort(unavailable.getMessage());
    }
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(holder.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said.strip()).isEqualTo("true 0 false 0");
  }

  private static String coreLimit() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/limits")).stream()
        .filter(line -> line.startsWith("Max core file size"))
        .map(line -> line.split(" {2,}")[1])
        .findFirst()
        .orElseThrow();
  }
}
