package dev.sealift.migration.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules for other platforms, as somebody writes them down. */
class MovePolicyFileTest {
  private static final MovePolicy BASE = MovePolicy.trusting(RootOfTrust.of(Generation.MILAN));

  @TempDir private Path folder;

  private static MovePolicy parse(String text) throws Exception {
    return MovePolicyFile.parse("policy", text.getBytes(StandardCharsets.UTF_8), BASE);
  }

  @Test
  @DisplayName("every rule can be written, with remarks and blank lines in between")
  void everyRule() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("policy"),
            """
            # our own platforms only

            api       1.55
            firmware\t1.55.21   # the one that was tried
            domain    same
            owner     %s
            owner     %s
            chip      %s
            chip      %s
            """
                .formatted("A".repeat(64), "b".repeat(64), "c".repeat(64), "d".repeat(128)));

    assertThat(MovePolicyFile.read(file, BASE))
        .isEqualTo(
            BASE.withMinimumApi(new ApiVersion(1, 55))
                .withMinimumFirmware(FirmwareVersion.parse("1.55.21"))
                .withSameOwner()
                .withOwner("a".repeat(64))
                .withOwner("b".repeat(64))
                .withChip("c".repeat(64))
                .withChip("d".repeat(128)));
  }

  @Test
  @DisplayName("a file without a rule asks for nothing but a chain to a root")
  void noRule() throws Exception {
    assertThat(parse("# nothing\r\n")).isEqualTo(BASE);
  }

  @ParameterizedTest
  @DisplayName("what does not follow the form is refused with its line, and with what to write")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "api|a line has two words, not 1",
        "api 1.55 or later|a line has two words, not 4",
        "roots maker|a rule is api, firmware, domain, owner or chip, not 'roots'",
        "api new|'new' is no version of the API; write one as 1.55",
        "api 1.999|two numbers from 0 to 255",
        "firmware 7|'7' is no firmware version; write one as 1.55.21",
        "domain other|'other' is no domain: write same",
        "owner 12ab|write 64 digits, 0-9 and a-f",
        "chip 12ab|its id (128 or 256)",
        "\"domain same\ndomain same\"|'domain' is asked for a second time"
      })
  void malformed(String text, String sentence) {
    long line = 2 + text.lines().count() - 1;
    assertThatThrownBy(() -> parse("# rules\n" + text))
        .isInstanceOf(MovePolicyFile.MalformedException.class)
        .hasMessageStartingWith("policy:%d: ".formatted(line))
        .hasMessageContaining(sentence);
  }

  @Test
  @DisplayName("a file that is no text, or has no end, is refused")
  void noText() {
    assertThatThrownBy(() -> MovePolicyFile.parse("policy", new byte[] {(byte) 0xFF}, BASE))
        .hasMessageContaining("is not text in UTF-8");
    byte[] endless = new byte[MovePolicyFile.MOST_BYTES + 1];
    assertThatThrownBy(() -> MovePolicyFile.parse("policy", endless, BASE))
        .hasMessageContaining("is longer than");
  }
}
