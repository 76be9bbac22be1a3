package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guest's configuration")
class GuestConfigurationTest {
  private final GuestConfiguration configuration =
      new GuestConfiguration("Gäst", 256L << 20, 0x17_0020, "pseudo-random-writer hot-pages=64");

  @Test
  void comesBackFromItsBytes() throws Exception {
    byte[] encoded = configuration.encode();
    assertThat(encoded.length).isLessThanOrEqualTo(GuestConfiguration.MAX_ENCODED);
    assertThat(GuestConfiguration.decode(encoded)).isEqualTo(configuration);
  }

  @Test
  void canBeAsLongAsItMay() throws Exception {
    GuestConfiguration longest =
        new GuestConfiguration("n".repeat(64), Long.MAX_VALUE, -1, "w".repeat(256));
    assertThat(GuestConfiguration.decode(longest.encode())).isEqualTo(longest);
    assertThatThrownBy(() -> new GuestConfiguration("n".repeat(65), 1, 0, ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GuestConfiguration("n", 1, 0, "w".repeat(257)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GuestConfiguration("", 1, 0, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isRefusedUnlessItIsExactlyOne() {
    byte[] encoded = configuration.encode();
    for (int length = 0; length < encoded.length; length++) {
      byte[] cut = Arrays.copyOf(encoded, length);
      assertMalformed(cut, "ends early");
    }
    assertMalformed(Arrays.copyOf(encoded, encoded.length + 1), "1 bytes follow it");
    byte[] version = encoded.clone();
    version[0] = 2;
    assertMalformed(version, "it is of version 2, not 1");
    byte[] tooLong = encoded.clone();
    tooLong[13] = 65;
    assertMalformed(tooLong, "a text has 65 bytes, more than 64");
    byte[] nameless = encoded.clone();
    nameless[15] = (byte) 0xFF;
    assertMalformed(nameless, "a text is not UTF-8");
  }

  private static void assertMalformed(byte[] bytes, String why) {
    assertThatThrownBy(() -> GuestConfiguration.decode(bytes))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("malformed")
        .hasMessageContaining(why);
  }
}
