package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The tweak of an address")
class AddressTweaksTest {

  private static byte[] tweak(AddressTweaks tweaks, long address) {
    byte[] tweak = new byte[16];
    tweaks.apply(address, new byte[16], tweak, 16);
    return tweak;
  }

  private static byte[] xor(byte[] one, byte[] other) {
    byte[] sum = one.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] ^= other[i];
    }
    return sum;
  }

  @Test
  @DisplayName("is linear in the address's bits from 4 to 51")
  void linear() {
    Random random = new Random(1);
    for (AddressTweaks tweaks :
        new AddressTweaks[] {AddressTweaks.zen1(), AddressTweaks.random(randomBytes(32, 1))}) {
      assertThat(tweak(tweaks, 0)).containsOnly(0);
      for (int i = 0; i < 1000; i++) {
        long one = random.nextLong(1L << 52) & -16;
        long other = random.nextLong(1L << 52) & -16;
        assertThat(tweak(tweaks, one ^ other))
            .isEqualTo(xor(tweak(tweaks, one), tweak(tweaks, other)));
      }
    }
  }

  @Test
  @DisplayName("differs from bit to bit and from boot to boot where it is drawn at random")
  void random() {
    Set<String> seen = new HashSet<>();
    for (int boot = 0; boot < 4; boot++) {
      AddressTweaks tweaks = AddressTweaks.random(randomBytes(32, boot));
      for (int bit = 4; bit < 52; bit++) {
        assertThat(seen.add(HexFormat.of().formatHex(tweak(tweaks, 1L << bit)))).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 82253838", "5, ec09079c", "19, f431d84c", "31, 4f5ce727", "32, 00000000"})
  @DisplayName("is a pattern of four bytes on Zen 1")
  void zen1(int bit, String pattern) {
    assertThat(HexFormat.of().formatHex(tweak(AddressTweaks.zen1(), 1L << bit)))
        .isEqualTo(pattern.repeat(4));
  }

  @Test
  @DisplayName("of every block of a page is the same whether it is made alone or with the page")
  void wholePage() {
    AddressTweaks tweaks = AddressTweaks.random(randomBytes(32, 7));
    byte[] page = randomBytes(4096, 1);
    byte[] tweaked = new byte[4096];
    tweaks.apply(0x7_6543_2000L, page, tweaked, 4096);
    for (int block = 0; block < 4096; block += 16) {
      byte[] text = Arrays.copyOfRange(page, block, block + 16);
      assertThat(Arrays.copyOfRange(tweaked, block, block + 16))
          .isEqualTo(xor(text, tweak(tweaks, 0x7_6543_2000L + block)));
    }
  }
}
