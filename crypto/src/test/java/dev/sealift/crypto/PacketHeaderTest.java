package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PacketHeaderTest {

  @Test
  void flagsIvAndMacLieOneBehindTheOther() {
    byte[] bytes = new byte[52];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    PacketHeader header = PacketHeader.parse(bytes);
    assertThat(header.flags()).isEqualTo(0x03020100);
    assertThat(header.iv()).startsWith(4).endsWith(19).hasSize(16);
    assertThat(header.mac()).startsWith(20).endsWith(51).hasSize(32);
    assertThat(header.bytes()).isEqualTo(bytes);
  }

  @Test
  void bitZeroOfTheFlagsSaysCompressed() {
    byte[] bytes = new byte[52];
    assertThat(PacketHeader.parse(bytes).compressed()).isFalse();
    bytes[0] = 2;
    assertThat(PacketHeader.parse(bytes).compressed()).isFalse();
    bytes[0] = 1;
    assertThat(PacketHeader.parse(bytes).compressed()).isTrue();
  }

  @Test
  void partsOfAnotherLengthAreRefused() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> PacketHeader.parse(new byte[51]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PacketHeader(0, new byte[12], new byte[32]).bytes());
  }
}
