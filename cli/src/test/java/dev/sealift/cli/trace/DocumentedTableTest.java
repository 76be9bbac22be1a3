package dev.sealift.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What docs/trace.md says of secrets. */
class DocumentedTableTest {

  private static String row(CommandShape shape, BufferShape buffer) {
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(
            shape.name(),
            buffer.name(),
            switch (buffer.direction()) {
              case IN -> "read";
              case OUT -> "written";
              case NAMED -> "named";
            },
            buffer.direction() == BufferShape.Direction.NAMED
                ? "length"
                : buffer.disclosure().words(),
            buffer.isOut() ? buffer.form().words() : "");
  }

  private static List<String> table() {
    return CommandShape.all().stream()
        .flatMap(shape -> shape.buffers().stream().map(buffer -> row(shape, buffer)))
        .toList();
  }

  private static Path page() {
    Path root = Path.of("").toAbsolutePath();
    while (Files.notExists(root.resolve("sealift"))) {
      root = root.getParent();
    }
    return root.resolve("docs/trace.md");
  }

  @Test
  @DisplayName("The documentation says of every buffer what a trace tells, and of no other")
  void saysWhatIsTold() throws IOException {
    List<String> rows =
        Files.readAllLines(page()).stream()
            .filter(line -> line.matches("\\| `(KVM|SEV)_.*"))
            .toList();
    assertThat(rows).as(String.join("\n", table())).isEqualTo(table());
  }
}
