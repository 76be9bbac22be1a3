package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The page docs/firmware.md")
class FirmwarePageTest {

  @Test
  @DisplayName("says what the interface table and the quirks say")
  void isUpToDate() throws IOException {
    Path page = docs().resolve("firmware.md");
    if (Boolean.getBoolean("sealift.write-docs")) {
      Files.writeString(page, FirmwarePage.markdown());
    }
    assertThat(page)
        .as(
            "to make it again: ./mvnw -pl firmware -am test -Dtest=FirmwarePageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dsealift.write-docs=true")
        .hasContent(FirmwarePage.markdown());
  }

  /** The folder of the project's pages, from the module's folder or the project's. */
  private static Path docs() {
    Path beside = Path.of("..", "docs");
    return Files.isDirectory(beside) ? beside : Path.of("docs");
  }
}
