package dev.sealift.cli.bench.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The installed QEMU")
class QemuVersionTest {

  @ParameterizedTest
  @CsvSource({
    "'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright (c) 2003', 7.2.22",
    "QEMU emulator version 10.0.2, 10.0.2"
  })
  void saysWhichVersionItIs(String words, String number) throws Exception {
    assertThat(QemuVersion.parse(words).number()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"QEMU emulator version 7.1.9", "QEMU emulator version 6.2.0 (x)"})
  void isNotComparedWithBeforeItHasWhatIsNeeded(String words) {
    assertThatThrownBy(() -> QemuVersion.parse(words))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("7.2 or later");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "command not found", "QEMU emulator version seven"})
  void isNotGuessedAt(String words) {
    assertThatThrownBy(() -> QemuVersion.parse(words)).isInstanceOf(IOException.class);
  }
}
