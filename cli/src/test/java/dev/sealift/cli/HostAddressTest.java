package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

@DisplayName("The address of a host")
class HostAddressTest {

  @ParameterizedTest
  @CsvSource({
    "host-b, host-b, 7325, host-b:7325",
    "host-b:7400, host-b, 7400, host-b:7400",
    "10.0.0.7, 10.0.0.7, 7325, 10.0.0.7:7325",
    "[fd00::7]:7400, fd00::7, 7400, [fd00::7]:7400",
    "fd00::7, fd00::7, 7325, [fd00::7]:7325",
    ":7400, localhost, 7400, localhost:7400",
    "*:0, *, 0, *:0"
  })
  void isANameOrAnAddressAndPerhapsAPort(String text, String host, int port, String again) {
    HostAddress address = HostAddress.parse(text);
    assertThat(address).isEqualTo(new HostAddress(host, port));
    assertThat(address).hasToString(again);
    assertThat(HostAddress.parse(again)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host b", "host:port", "host:65536", "[::1", "host:1:2"})
  void isNothingElse(String text) {
    assertThatThrownBy(() -> HostAddress.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("is no address of a host");
  }

  @Test
  void ofAllOfThisMachineIsNoName() {
    assertThat(new HostAddress("*", 0).socketAddress().getAddress().isAnyLocalAddress()).isTrue();
  }
}
