package dev.sealift.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Sealift;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionTest {
  @TempDir Path folder;

  @BeforeEach
  void writeScript() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "this machine has no bash");
    Files.writeString(folder.resolve("completion"), Completion.of(Sealift.commandLine()));
    Files.writeString(folder.resolve("certificate.pem"), "");
  }

  @Test
  void bashCompletesCommandsAndTheirSubcommands() throws Exception {
    assertThat(completed("sealift", "")).contains("demo", "doctor", "platform", "cert");
    assertThat(completed("sealift", "de")).contains("demo").doesNotContain("cert");
    assertThat(completed("sealift", "cert", "")).contains("show", "verify", "sign");
  }

  @Test
  void itOffersNothingThatIsNotForPeople() throws Exception {
    assertThat(completed("sealift", "")).noneMatch(word -> word.contains("-host"));
  }

  @Test
  void bashCompletesOptionsAndTheirValues() throws Exception {
    assertThat(completed("sealift", "demo", "--")).contains("--host", "--downtime", "--json");
    assertThat(completed("sealift", "demo", "--host", "")).containsExactly("auto", "kvm", "model");
    assertThat(completed("sealift", "demo", "--host", "m")).containsExactly("model");
  }

  @Test
  void bashCompletesTheNamesOfFiles() throws Exception {
    assertThat(completed("sealift", "cert", "show", "cert")).contains("certificate.pem");
  }

  /** What bash offers for the last word of a line. */
  private List<String> completed(String... words) throws Exception {
    String line = "\"" + String.join("\" \"", words) + "\"";
    Process bash =
        new ProcessBuilder(
                "/bin/bash",
                "-c",
                """
                source ./completion
                COMP_WORDS=(%s); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
                _complete_sealift 2>/dev/null
                printf '%%s\\n' "${COMPREPLY[@]}"
                """
                    .formatted(line))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String offered = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(offered).isZero();
    return offered.lines().map(String::strip).filter(word -> !word.isEmpty()).toList();
  }
}
