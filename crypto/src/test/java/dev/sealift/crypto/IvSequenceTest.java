package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class IvSequenceTest {
  private static final BigInteger COUNTERS = BigInteger.ONE.shiftLeft(128);

  private record Range(BigInteger first, int blocks) {}

  @Test
  void aPacketTakesOneCounterForEverySixteenBytes() {
    IvSequence ivs = new IvSequence(new byte[16]);
    assertThat(next(ivs, 4096)).isEqualTo("0".repeat(32));
    assertThat(next(ivs, 17)).isEqualTo("0".repeat(29) + "100");
    assertThat(next(ivs, 16)).isEqualTo("0".repeat(29) + "102");
    assertThat(next(ivs, 16)).isEqualTo("0".repeat(29) + "103");
  }

  @Test
  void theCounterCarriesIntoItsHighHalfAndWrapsAround() {
    IvSequence low = new IvSequence(HexFormat.of().parseHex("00000000000000aaffffffffffffffff"));
    next(low, 32);
    assertThat(next(low, 16)).isEqualTo("00000000000000ab0000000000000001");
    IvSequence high = new IvSequence(HexFormat.of().parseHex("f".repeat(32)));
    next(high, 16);
    assertThat(next(high, 16)).isEqualTo("0".repeat(32));
  }

  @Test
  void packetsFromManyThreadsNeverShareACounter() throws Exception {
    byte[] start = HexFormat.of().parseHex("ffffffffffffffffffffffffffff0000");
    IvSequence ivs = new IvSequence(start);
    List<Range> ranges = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<List<Range>>> drawn = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int blocks = thread * 85 + 1;
        drawn.add(threads.submit(() -> draw(ivs, blocks, new BigInteger(1, start))));
      }
      for (Future<List<Range>> ofThread : drawn) {
        ranges.addAll(ofThread.get());
      }
    }
    ranges.sort(Comparator.comparing(Range::first));
    assertThat(ranges).hasSize(8000);
    BigInteger free = BigInteger.ZERO;
    for (Range range : ranges) {
      assertThat(range.first()).isGreaterThanOrEqualTo(free);
      free = range.first().add(BigInteger.valueOf(range.blocks()));
    }
  }

  @Test
  void aSequenceEndsBeforeItWouldRepeat() {
    IvSequence ivs = new IvSequence(new byte[16], Long.MAX_VALUE);
    assertThat(next(ivs, 16)).isEqualTo("0".repeat(16) + "7" + "f".repeat(15));
    assertThatIllegalStateException().isThrownBy(() -> next(ivs, 16));
    assertThatIllegalStateException().isThrownBy(() -> next(ivs, 4096));
  }

  @Test
  void sequencesStartAtRandomPlaces() {
    SecureRandom random = new SecureRandom();
    assertThat(next(IvSequence.random(random), 16))
        .isNotEqualTo(next(IvSequence.random(random), 16));
  }

  @Test
  void aPacketWithoutDataHasNoIv() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IvSequence(new byte[16]).next(0, new byte[16], 0));
  }

  /** Ranges as distances from the start of the sequence. */
  private static List<Range> draw(IvSequence ivs, int blocks, BigInteger start) {
    List<Range> ranges = new ArrayList<>();
    byte[] iv = new byte[24];
    for (int i = 0; i < 2000; i++) {
      ivs.next(blocks * 16, iv, 4);
      BigInteger first = new BigInteger(1, Arrays.copyOfRange(iv, 4, 20));
      ranges.add(new Range(first.subtract(start).mod(COUNTERS), blocks));
    }
    return ranges;
  }

  private static String next(IvSequence ivs, int bytes) {
    byte[] iv = new byte[16];
    ivs.next(bytes, iv, 0);
    return HexFormat.of().formatHex(iv);
  }
}
