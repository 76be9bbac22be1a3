package dev.sealift.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Sealift;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ManPagesTest {
  private final Map<String, String> pages =
      ManPages.of(
          Sealift.commandLine().getCommandSpec(), "0.1.0", Instant.parse("2026-01-01T00:00:00Z"));

  @TempDir Path folder;

  @Test
  void everyCommandThatTheHelpNamesHasAPage() {
    assertThat(pages).containsKey("sealift.1");
    for (CommandLine command : Sealift.commandLine().getSubcommands().values()) {
      if (!command.getCommandSpec().usageMessage().hidden()) {
        assertThat(pages).containsKey("sealift-" + command.getCommandName() + ".1");
      }
    }
    assertThat(pages.keySet()).noneMatch(page -> page.endsWith("-host.1") && page.contains("demo"));
  }

  @Test
  void aPageHasEveryOptionOfTheHelp() {
    Sealift.commandLine()
        .getSubcommands()
        .get("demo")
        .getCommandSpec()
        .options()
        .forEach(option ->
            assertThat(pages.get("sealift-demo.1"))
                .contains(option.longestName().replace("-", "\\-")));
  }

  @Test
  void groffHasNothingToSayAgainstThem() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "this machine has no groff");
    List<String> words = new ArrayList<>(List.of("groff", "-man", "-Tutf8", "-ww", "-z"));
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Files.writeString(folder.resolve(page.getKey()), page.getValue());
      words.add(page.getKey());
    }
    Process groff =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(groff.waitFor()).isZero();
    assertThat(said).isEmpty();
  }
}
