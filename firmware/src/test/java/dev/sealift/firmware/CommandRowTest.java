package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.firmware.CommandRow.Direction;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The fields of a command's buffer")
class CommandRowTest {

  static List<CommandRow> commands() {
    return FirmwareInterface.load().commands();
  }

  @ParameterizedTest
  @CsvSource({
    "SEND_UPDATE_DATA, handle, IN",
    "SEND_UPDATE_DATA, trans_address, IN",
    "SEND_UPDATE_DATA, hdr_len, IN_OUT",
    "SEND_START, policy, OUT",
    "SEND_START, session_len, IN_OUT",
    "LAUNCH_START, handle, IN_OUT",
    "GUEST_STATUS, handle, IN",
    "GUEST_STATUS, policy, OUT",
    "GUEST_STATUS, asid, OUT",
    "GUEST_STATUS, state, OUT",
    "PLATFORM_STATUS, api_major, OUT",
    "PLATFORM_STATUS, guest_count, OUT",
    "PDH_CERT_EXPORT, cert_chain_len, IN_OUT",
    "DECOMMISSION, handle, IN",
  })
  void goInOrOut(PspCommand command, String field, Direction direction) {
    assertThat(
            FirmwareInterface.load()
                .command(command)
                .orElseThrow()
                .direction(field, FirmwareProfile.DEFAULT))
        .isEqualTo(direction);
  }

  @Test
  @DisplayName("go out where this firmware writes them, whatever others do")
  void goTheWayOfTheFirmware() {
    CommandRow send = FirmwareInterface.load().command(PspCommand.SEND_UPDATE_DATA).orElseThrow();
    assertThat(send.direction("trans_len", FirmwareProfile.SHIPPED)).isEqualTo(Direction.IN);
    assertThat(send.direction("trans_len", FirmwareProfile.SPECIFICATION))
        .isEqualTo(Direction.IN_OUT);
  }

  @ParameterizedTest
  @MethodSource("commands")
  @DisplayName("go out only where the buffer is written back")
  void goOutOnlyWhereTheBufferDoes(CommandRow row) {
    Stream<Direction> directions =
        row.layout().stream()
            .flatMap(layout -> layout.fields().stream())
            .map(Field::name)
            .map(field -> row.direction(field, FirmwareProfile.DEFAULT));
    if (row.bufferClass() == BufferClass.IN) {
      assertThat(directions).containsOnly(Direction.IN);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  @DisplayName("that the effect writes are fields that there are")
  void areThere(CommandRow row) {
    assertThat(row.layout().stream().flatMap(layout -> layout.fields().stream()).map(Field::name))
        .containsAll(row.writtenByEffect().toList());
  }
}
