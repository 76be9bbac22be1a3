package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The table of the interface, for a reader")
class FirmwareInterfaceTest {
  private static final String NOP =
      """
      command   0E NOP
      does      Nothing.
      buffer    none
      platform  UNINIT
      guest     -
      effect    None.
      """;

  @Test
  @DisplayName("has every command, by id")
  void everyCommand() {
    assertThat(FirmwareInterface.load().commands())
        .extracting(CommandRow::command)
        .containsExactly(PspCommand.values());
  }

  @Test
  @DisplayName("tells of a command what it is for, its buffer, its states and its checks")
  void aCommand() {
    CommandRow row = FirmwareInterface.load().command(PspCommand.SEND_UPDATE_DATA).orElseThrow();
    assertThat(row.purpose()).isEqualTo("Seals memory of a guest for its journey.");
    assertThat(row.layout()).map(StructLayout::size).contains(52);
    assertThat(row.bufferClass()).isEqualTo(BufferClass.OUT_LENGTHS);
    assertThat(row.platformStates()).containsExactly(PlatformState.WORKING);
    assertThat(row.guestStates()).containsExactly(GuestState.SUPDATE);
    CheckRow query = row.checks(FirmwareProfile.DEFAULT).get(1);
    assertThat(query.words()).isEqualTo("hdr_len is below 52");
    assertThat(query.status()).isEqualTo(FirmwareStatus.INVALID_LEN);
    assertThat(query.writes()).hasToString("[hdr_len := 52]");
  }

  @Test
  @DisplayName("has other checks for other firmware")
  void profiles() {
    CommandRow row = FirmwareInterface.load().command(PspCommand.SEND_UPDATE_DATA).orElseThrow();
    assertThat(row.checks(FirmwareProfile.SHIPPED))
        .hasSize(row.checks(FirmwareProfile.DEFAULT).size() + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "0E NOP, 0F NOP, the id is not that of NOP",
    "'buffer    none', 'bufer     none', here \"buffer\" is expected",
    "'buffer    none', 'buffer    sev_nothing', not of the form",
    "'buffer    none', 'buffer    sev_x, 4 bytes, sideways', no buffer is copied as \"sideways\"",
    "'effect    None.', 'check     this is no check', not of the form"
  })
  @DisplayName("names the line that is not of its form")
  void malformed(String good, String bad, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FirmwareInterface.parse(NOP.replace(good, bad)))
        .withMessageStartingWith("interface table, near line")
        .withMessageEndingWith(why);
  }

  @Test
  @DisplayName("and the processor agree: words without a meaning are an error when it is made")
  void wordsWithoutMeaning() {
    bindingFails(
        NOP.replace("effect ", "check     the moon is full -> INVALID_PARAM\neffect "),
        "NOP: \"the moon is full\" has no meaning");
    bindingFails(
        NOP.replace("effect ", "check     len is 0 -> INVALID_PARAM\neffect "),
        "NOP has no buffer, and so no len");
    bindingFails(
        NOP.replace("buffer    none", "buffer    sev_data_init, 21 bytes, in"),
        "NOP: there is no struct sev_data_init of 21 bytes");
  }

  @Test
  @DisplayName("and the processor agree: meanings without words are an error too")
  void meaningWithoutWords() {
    bindingFails(NOP, "the interface table has no line for");
  }

  private static void bindingFails(String table, String why) {
    Platform platform = TestMachine.off().processor.platform();
    Bindings bindings = new Themes(platform).bindings();
    FirmwareInterface parsed = FirmwareInterface.parse(table);
    assertThatIllegalStateException()
        .isThrownBy(() -> new CommandTable(parsed, FirmwareProfile.DEFAULT, bindings))
        .withMessageStartingWith(why);
  }
}
