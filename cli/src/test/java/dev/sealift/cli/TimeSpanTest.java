package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TimeSpanTest {

  @ParameterizedTest
  @CsvSource({
    "7ns,7",
    "40us,40000",
    "40µs,40000",
    "300ms,300000000",
    "2s,2000000000",
    "1MS,1000000"
  })
  @DisplayName("times are read as people write them")
  void reads(String text, long nanos) {
    assertThat(TimeSpan.parse(text).duration().toNanos()).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "40", "-1ms", "1.5ms", "ms", "1 ms", "3h", "1000000000s"})
  @DisplayName("anything else is answered with an example of the right form")
  void refuses(String text) {
    assertThatThrownBy(() -> TimeSpan.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("for example 40us");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "1ns", "1500ns", "40us", "1ms", "1500ms", "999999999s"})
  @DisplayName("a time is shown as it can be read again")
  void shows(String text) {
    assertThat(TimeSpan.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({"0ms,0s", "1000us,1ms", "60000ms,60s"})
  @DisplayName("it is shown in the largest unit of which it is a whole number")
  void units(String text, String shown) {
    assertThat(TimeSpan.parse(text)).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource({"50, 50", "300ms, 300", "2s, 2000"})
  @DisplayName("a downtime without a unit is in milliseconds, as QEMU has it")
  void downtime(String text, long millis) {
    assertThat(new DowntimeLimit().convert(text).duration()).isEqualTo(Duration.ofMillis(millis));
  }
}
