package dev.sealift.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.abi.sev.SevIssueCmd;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The mailbox's structs have no system header; their bytes are checked against the published
 * offsets.
 */
class PacketBufferTest {

  @Test
  @DisplayName(
      "a transport packet lies at the offsets of the SEV API, little-endian, reserved words zero")
  void packetLayout() {
    byte[] bytes = new byte[52];
    Arrays.fill(bytes, (byte) 0xEE);
    new PacketBuffer(
            0x01020304,
            0x1112131415161718L,
            0x34,
            0x2122232425262728L,
            0x1000,
            0x3132333435363738L,
            0xFFFFF000L)
        .write(MemorySegment.ofArray(bytes));

    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "04030201"
                + "00000000"
                + "1817161514131211"
                + "34000000"
                + "00000000"
                + "2827262524232221"
                + "00100000"
                + "00000000"
                + "3837363534333231"
                + "00f0ffff");
  }

  @Test
  @DisplayName("a 32-bit length is read as an unsigned number")
  void lengthsAreUnsigned() {
    byte[] bytes = new byte[52];
    Arrays.fill(bytes, 48, 52, (byte) 0xFF);

    assertThat(PacketBuffer.read(MemorySegment.ofArray(bytes)).transLen()).isEqualTo(0xFFFF_FFFFL);
  }

  @Test
  @DisplayName("SEND_START is 68 bytes with the session length last")
  void sendStart() {
    assertThat(SendStartBuffer.LAYOUT.size()).isEqualTo(68);
    assertThat(SendStartBuffer.LAYOUT.field("session_len").offset()).isEqualTo(0x40);
    assertThat(SendStartBuffer.LAYOUT.field("plat_certs_address").offset()).isEqualTo(0x18);
    assertThat(SendStartBuffer.LAYOUT.field("amd_certs_address").offset()).isEqualTo(0x28);
  }

  @Test
  @DisplayName("the data pointer of SEV_ISSUE_CMD stands unaligned at 4")
  void issueCmdIsPacked() {
    assertThat(SevIssueCmd.LAYOUT.field("data").offset()).isEqualTo(4);
  }

  @Test
  @DisplayName("a segment too short for a struct is refused with both sizes")
  void tooShort() {
    assertThatThrownBy(() -> PacketBuffer.read(MemorySegment.ofArray(new byte[51])))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("52 bytes")
        .hasMessageContaining("51");
  }

  @Test
  @DisplayName("a declaration whose size does not come out fails when it is loaded")
  void wrongSize() {
    StructLayout.Builder struct = StructLayout.natural("pair");
    struct.u8("first");
    struct.u64("second");

    assertThatThrownBy(() -> struct.size(9))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("16 bytes, not 9");
  }
}
