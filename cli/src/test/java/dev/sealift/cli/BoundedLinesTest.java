package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.BoundedLines.TooLongException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Lines that somebody else writes")
class BoundedLinesTest {

  private static BoundedLines of(String text) {
    return new BoundedLines(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), /* mostBytes= */ 4);
  }

  @Test
  @DisplayName("are read one by one, the last one also without its end")
  void oneByOne() throws Exception {
    try (BoundedLines lines = of("ab\n\nüd\nabcd")) {
      assertThat(lines.next()).isEqualTo("ab");
      assertThat(lines.next()).isEmpty();
      assertThat(lines.next()).isEqualTo("üd");
      assertThat(lines.next()).isEqualTo("abcd");
      assertThat(lines.next()).isNull();
    }
  }

  @Test
  @DisplayName("are refused where one is too long, before the rest of it is read")
  void tooLong() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }
        };
    assertThatThrownBy(new BoundedLines(endless, 1 << 16)::next)
        .isInstanceOf(TooLongException.class)
        .hasMessageContaining("65536");
    assertThatThrownBy(of("abcde\n")::next).isInstanceOf(IOException.class);
  }
}
