package dev.sealift.crypto.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.launch.SecretTable.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table of secrets")
class SecretTableTest {
  private static final UUID OTHER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  private static SecretBytes secret(String text) {
    return SecretBytes.take(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static SecretBytes payload(byte[] bytes) {
    return SecretBytes.copyOf(bytes);
  }

  @Test
  @DisplayName("GUID little-endian, 32-bit lengths with their headers, zeros up to 16 bytes")
  void theForm() throws Exception {
    try (SecretTable table =
            new SecretTable(
                List.of(
                    new Entry(SecretTable.DISK_PASSPHRASE, secret("open")),
                    new Entry(OTHER, secret(""))));
        SecretBytes payload = table.payload()) {
      assertThat(HexFormat.of().formatHex(payload.reveal()))
          .isEqualTo(
              "42f5741edd71664d963eef4287ff173b40000000"
                  + "e5696873f084734992ec06879ce3da0b18000000"
                  + HexFormat.of().formatHex("open".getBytes(StandardCharsets.US_ASCII))
                  + "33221100554477668899aabbccddeeff14000000");
      assertThat(table.size()).isEqualTo(64);
    }
    try (SecretTable table =
        new SecretTable(List.of(new Entry(SecretTable.DISK_PASSPHRASE, secret("opens"))))) {
      assertThat(table.size()).isEqualTo(48);
      byte[] bytes = table.payload().reveal();
      assertThat(bytes[16]).isEqualTo((byte) 45);
      assertThat(Arrays.copyOfRange(bytes, 45, 48)).containsOnly(0);
    }
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    try (SecretTable table =
            new SecretTable(
                List.of(
                    new Entry(OTHER, secret("one")),
                    new Entry(SecretTable.DISK_PASSPHRASE, secret("two, longer than a block"))));
        SecretTable read = SecretTable.read(table.payload())) {
      assertThat(read.entries())
          .extracting(Entry::guid)
          .containsExactly(OTHER, SecretTable.DISK_PASSPHRASE);
      assertThat(new String(read.entries().get(1).secret().reveal(), StandardCharsets.US_ASCII))
          .isEqualTo("two, longer than a block");
    }
  }

  @Test
  void itIsWipedWhenItIsClosed() throws Exception {
    SecretBytes secret = secret("gone");
    new SecretTable(List.of(new Entry(OTHER, secret))).close();
    assertThatIllegalStateException().isThrownBy(secret::reveal);
  }

  @Test
  void aTableHasSecretsOfDifferentGuidsAndFitsTheFirmware() {
    assertThatThrownBy(() -> new SecretTable(List.of())).hasMessageContaining("at least one");
    assertThatThrownBy(() ->
            new SecretTable(List.of(new Entry(OTHER, secret("a")), new Entry(OTHER, secret("b")))))
        .hasMessageContaining("each GUID once");
    SecretBytes tooLong = SecretBytes.take(new byte[20480 - 39]);
    assertThatThrownBy(() -> new SecretTable(List.of(new Entry(OTHER, tooLong))))
        .hasMessageContaining("20480 at most");
    SecretBytes fits = SecretBytes.take(new byte[20480 - 40]);
    assertThat(assertDoesNotFail(() -> new SecretTable(List.of(new Entry(OTHER, fits)))).size())
        .isEqualTo(20480);
  }

  @Test
  void brokenTablesAreRefusedAndNeverReadBeyondTheirEnd() throws Exception {
    byte[] whole;
    try (SecretTable table = new SecretTable(List.of(new Entry(OTHER, secret("12345678"))))) {
      whole = table.payload().reveal();
    }
    assertThatThrownBy(() -> SecretTable.read(payload(new byte[48])))
        .hasMessageContaining("no table of secrets");
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> SecretTable.read(payload(cut)))
          .isInstanceOf(MalformedLaunchException.class);
    }
    for (int at : new int[] {16, 36}) {
      for (String length : new String[] {"00000000", "13000000", "ffffffff", "00000080"}) {
        byte[] changed = whole.clone();
        System.arraycopy(HexFormat.of().parseHex(length), 0, changed, at, 4);
        assertThatThrownBy(() -> SecretTable.read(payload(changed)))
            .as("length %s at %d", length, at)
            .isInstanceOf(MalformedLaunchException.class);
      }
    }
  }

  private interface Attempt {
    SecretTable make() throws MalformedLaunchException;
  }

  private static SecretTable assertDoesNotFail(Attempt attempt) {
    try {
      return attempt.make();
    } catch (MalformedLaunchException e) {
      throw new AssertionError(e);
    }
  }
}
