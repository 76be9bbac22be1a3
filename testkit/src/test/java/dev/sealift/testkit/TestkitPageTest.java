package dev.sealift.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/testkit.md")
class TestkitPageTest {
  private static final Pattern BLOCK =
      Pattern.compile(
          "<!-- example: (?<source>\\S+) -->\\n```java\\n(?<code>.*?)\\n```", Pattern.DOTALL);
  private static final Pattern REGION =
      Pattern.compile("\\n// @start region=example\\n(.*?)\\n// @end", Pattern.DOTALL);

  @Test
  @DisplayName("shows the tests of the example project exactly as they are")
  void blocks() throws Exception {
    Path project = Path.of("").toAbsolutePath().getParent();
    assumeTrue(Files.exists(project.resolve("mvnw")), "this is not a checkout of the project");
    Matcher blocks = BLOCK.matcher(Files.readString(project.resolve("docs/testkit.md")));
    int shown = 0;
    while (blocks.find()) {
      String source = Files.readString(project.resolve(blocks.group("source")));
      Matcher region = REGION.matcher(source);
      assertThat(region.find()).as("%s marks a region", blocks.group("source")).isTrue();
      assertThat(blocks.group("code")).isEqualTo(region.group(1));
      shown++;
    }
    assertThat(shown).isEqualTo(2);
  }
}
