package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The search for keys")
class KeySearchTest {
  private static final byte[] TEK = bytes(1);
  private static final byte[] TIK = bytes(2);

  private final KeySearch search = new KeySearch(TEK, TIK);

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[16];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void findsThemWhereverTheyLieAndAsWords() {
    byte[] memory = new byte[1000];
    assertThat(search.findIn(MemorySegment.ofArray(memory))).isEmpty();
    System.arraycopy(TIK, 0, memory, 984, 16);
    for (int i = 0; i < 16; i++) {
      memory[33 + i] = TEK[i ^ 3];
    }
    assertThat(search.findIn(MemorySegment.ofArray(memory)))
        .containsExactly("TEK by words of 4 bytes", "TIK");
  }

  @Test
  void findsThemInWhateverWayTheyAreWritten() {
    for (String text :
        new String[] {
          HexFormat.of().formatHex(TEK),
          HexFormat.of().withUpperCase().formatHex(TEK),
          Base64.getEncoder().encodeToString(TEK),
          Arrays.toString(TEK)
        }) {
      assertThat(search.findInWords("key: " + text + ".")).containsExactly("TEK");
    }
    assertThat(search.findInWords("no key")).isEmpty();
  }
}
