package dev.sealift.crypto.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * docs/api.md shows examples that are run. A block of code on the page follows a comment that names
 * its source file, in any module; the file marks the part that is shown:
 *
 * <pre>
 *   &lt;!-- example: crypto/src/test/java/dev/sealift/crypto/examples/MakeASessionExample.java --&gt;
 *   // @start region=example
 *   // @end
 * </pre>
 */
@DisplayName("docs/api.md")
class ApiPageTest {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?:<!-- example: (?<source>\\S+) -->\\n+)?```java\\n(?<code>.*?)\\n```", Pattern.DOTALL);
  private static final Pattern REGION =
      Pattern.compile("\\n *// @start region=example\\n(.*?)\\n *// @end", Pattern.DOTALL);

  private final Path project = project();

  /** A block of code on the page. */
  private record Shown(String source, String code) {}

  @Test
  @DisplayName("shows every block of code exactly as the example that is run")
  void blocks() throws Exception {
    for (Shown shown : shown()) {
      assertThat(shown.source())
          .as("the example behind this block of docs/api.md:%n%s", shown.code())
          .isNotEmpty();
      assertThat(shown.code())
          .as(shown.source())
          .isEqualTo(region(project.resolve(shown.source())));
    }
  }

  @Test
  @DisplayName("shows the examples of a guest owner")
  void examples() throws Exception {
    assertThat(shown().stream().map(Shown::source).collect(Collectors.joining("\n")))
        .contains("MakeASession", "CheckAMeasurement", "SealASecret", "VerifyAnAttestation");
  }

  private List<Shown> shown() throws IOException {
    Path page = project.resolve("docs").resolve("api.md");
    Matcher blocks = BLOCK.matcher(Files.readString(page));
    List<Shown> shown = new ArrayList<>();
    while (blocks.find()) {
      String source = blocks.group("source");
      shown.add(new Shown(source == null ? "" : source, blocks.group("code")));
    }
    return shown;
  }

  private static String region(Path source) throws IOException {
    assertThat(source).isRegularFile();
    Matcher region = REGION.matcher(Files.readString(source));
    assertThat(region.find()).as("%s marks a region", source).isTrue();
    return region.group(1).stripIndent();
  }

  private static Path project() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    assumeTrue(folder != null, "this is not a checkout of the project");
    return folder;
  }
}
