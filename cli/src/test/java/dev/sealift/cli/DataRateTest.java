package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DataRateTest {

  @ParameterizedTest
  @CsvSource({
    "0B,0",
    "200MB,200000000",
    "200MB/s,200000000",
    "500kB,500000",
    "1.5GB,1500000000",
    "1GiB,1073741824",
    "1KiB,1024",
    "25Gbit,3125000000",
    "2.5Gbit/s,312500000",
    "9bit,1"
  })
  @DisplayName("rates are read as people write them: in powers of 1000, with an i of 1024")
  void reads(String text, long bytes) {
    assertThat(DataRate.parse(text).bytesPerSecond()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "200",
        "200M",
        "200mb",
        "25Gb",
        "-1MB",
        "1e6B",
        "MB",
        "1 MB",
        "1.2345GB",
        "1000000TB"
      })
  @DisplayName("anything else is answered with an example of the right form")
  void refuses(String text) {
    assertThatThrownBy(() -> DataRate.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("for example 200MB or 25Gbit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0B", "1B", "4096B", "200MB", "3125MB", "1GB", "12TB"})
  @DisplayName("a rate is shown as it can be read again")
  void shows(String text) {
    assertThat(DataRate.parse(text)).hasToString(text);
  }
}
