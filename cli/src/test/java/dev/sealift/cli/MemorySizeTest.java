package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class MemorySizeTest {

  @ParameterizedTest
  @CsvSource({"4096,4096", "64k,65536", "256M,268435456", "256MiB,268435456", "1G,1073741824"})
  @DisplayName("sizes are read as people write them, in powers of 1024")
  void reads(String text, long bytes) {
    assertThat(MemorySize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1M", "1.5G", "1T", "9999999999999", "256 M"})
  @DisplayName("anything else is answered with an example of the right form")
  void refuses(String text) {
    assertThatThrownBy(() -> MemorySize.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("for example 256M");
  }

  @ParameterizedTest
  @CsvSource({"1073741824,1 GiB", "268435456,256 MiB", "4096,4096 bytes"})
  @DisplayName("sizes are shown in the largest unit that fits")
  void shows(long bytes, String text) {
    assertThat(new MemorySize(bytes)).hasToString(text);
  }
}
