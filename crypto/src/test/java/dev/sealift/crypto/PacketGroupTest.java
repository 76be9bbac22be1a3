package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many pages in one call are as many calls of one page. */
@ParameterizedClass
@EnumSource
class PacketGroupTest {
  private static final int PAGE = 4096;
  private static final int MOST = 50;

  private final TransportKeys keys = TransportKeys.random(new SecureRandom());
  private final EngineKind kind;
  private final PacketEngine engine;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] plain = pages(MOST);
  private final MemorySegment[] cipher = pages(MOST);
  private final MemorySegment[] headers = headers(MOST);
  private final MemorySegment[] opened = pages(MOST);

  PacketGroupTest(EngineKind kind) {
    assumeTrue(kind.obstacle().isEmpty(), () -> kind.obstacle().orElse(""));
    this.kind = kind;
    this.engine = kind.open(keys);
    Random random = new Random(7);
    byte[] bytes = new byte[PAGE];
    for (MemorySegment page : plain) {
      random.nextBytes(bytes);
      MemorySegment.copy(bytes, 0, page, ValueLayout.JAVA_BYTE, 0, PAGE);
    }
  }

  @AfterEach
  void close() {
    engine.close();
    keys.close();
    arena.close();
  }

  @Test
  void aGroupOfAnySizeOpensAgain() {
    for (int count = 0; count <= MOST; count++) {
      forget();
      engine.sealPages(PacketEngine.DATA, plain, cipher, headers, count);
      assertThat(engine.openPages(PacketEngine.DATA, headers, cipher, opened, count))
          .isEqualTo(count);
      assertOpened(0, count);
      assertUntouched(count, MOST);
    }
  }

  @Test
  void everyPacketOfAGroupOpensAloneWithAnyEngine() {
    engine.sealPages(PacketEngine.VMSA_SPECIFICATION, plain, cipher, headers, MOST);
    for (PacketEngine other : others()) {
      forget();
      for (int i = 0; i < MOST; i++) {
        assertThat(other.open(PacketEngine.VMSA_SPECIFICATION, headers[i], cipher[i], opened[i]))
            .isTrue();
      }
      assertOpened(0, MOST);
      other.close();
    }
  }

  @Test
  void packetsSealedAloneByAnyEngineOpenAsAGroup() {
    for (PacketEngine other : others()) {
      forget();
      for (int i = 0; i < MOST; i++) {
        other.seal(PacketEngine.DATA, plain[i], cipher[i], headers[i]);
      }
      assertThat(engine.openPages(PacketEngine.DATA, headers, cipher, opened, MOST))
          .isEqualTo(MOST);
      assertOpened(0, MOST);
      other.close();
    }
  }

  @Test
  void packetsInAnyOrderOpenAsAGroup() {
    engine.sealPages(PacketEngine.DATA, plain, cipher, headers, MOST);
    MemorySegment[] backwards = headers(MOST);
    MemorySegment[] cipherBackwards = pages(MOST);
    for (int i = 0; i < MOST; i++) {
      backwards[i].copyFrom(headers[MOST - 1 - i]);
      cipherBackwards[i].copyFrom(cipher[MOST - 1 - i]);
    }
    assertThat(engine.openPages(PacketEngine.DATA, backwards, cipherBackwards, opened, MOST))
        .isEqualTo(MOST);
    for (int i = 0; i < MOST; i++) {
      assertThat(opened[i].mismatch(plain[MOST - 1 - i])).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 20, 49})
  void whereAPageIsMissingThoseBeforeItAreSealedAndNoOthers(int missing) {
    PacketSegments segments = new PacketSegments(plain, cipher, headers);
    PagesToSeal pages =
        new PagesToSeal() {
          @Override
          public boolean read(int index, MemorySegment page) {
            return index != missing && segments.read(index, page);
          }

          @Override
          public boolean write(int index, MemorySegment header, MemorySegment ciphertext) {
            return segments.write(index, header, ciphertext);
          }
        };

    assertThat(engine.sealPages(PacketEngine.DATA, pages, MOST)).isEqualTo(missing);

    assertThat(engine.openPages(PacketEngine.DATA, headers, cipher, opened, MOST))
        .isEqualTo(missing);
    assertOpened(0, missing);
    assertThat(cipher[missing].mismatch(zeros())).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 20, 49})
  void whereAPageHasNoPlaceThoseBeforeItAreOpenedAndNoOthers(int homeless) {
    engine.sealPages(PacketEngine.DATA, plain, cipher, headers, MOST);
    PacketSegments segments = new PacketSegments(opened, cipher, headers);
    PacketsToOpen packets =
        new PacketsToOpen() {
          @Override
          public boolean read(int index, MemorySegment header, MemorySegment ciphertext) {
            return segments.read(index, header, ciphertext);
          }

          @Override
          public boolean write(int index, MemorySegment page) {
            return index != homeless && segments.write(index, page);
          }
        };

    assertThat(engine.openPages(PacketEngine.DATA, packets, MOST)).isEqualTo(homeless);

    assertOpened(0, homeless);
    assertThat(opened[homeless].mismatch(zeros())).isEqualTo(-1);
  }

  private MemorySegment zeros() {
    return arena.allocate(PAGE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 31, 32, 40, 49})
  @DisplayName("one wrong bit: the pages before it are opened, and none from there on")
  void aWrongPacketEndsTheGroup(int bad) {
    engine.sealPages(PacketEngine.DATA, plain, cipher, headers, MOST);
    Random random = new Random(bad);
    MemorySegment changed = random.nextBoolean() ? headers[bad] : cipher[bad];
    long at = random.nextLong(changed.byteSize());
    byte value = changed.get(ValueLayout.JAVA_BYTE, at);
    changed.set(ValueLayout.JAVA_BYTE, at, (byte) (value ^ 1 << random.nextInt(8)));
    forget();
    assertThat(engine.openPages(PacketEngine.DATA, headers, cipher, opened, MOST)).isEqualTo(bad);
    assertOpened(0, bad);
    assertUntouched(bad, MOST);
  }

  @Test
  void pagesAreSealedAndOpenedWhereTheyLie() {
    MemorySegment[] here = pages(MOST);
    for (int i = 0; i < MOST; i++) {
      here[i].copyFrom(plain[i]);
    }
    engine.sealPages(PacketEngine.DATA, here, here, headers, MOST);
    assertThat(here[20].mismatch(plain[20])).isNotEqualTo(-1);
    assertThat(engine.openPages(PacketEngine.DATA, headers, here, here, MOST)).isEqualTo(MOST);
    for (int i = 0; i < MOST; i++) {
      assertThat(here[i].mismatch(plain[i])).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffffffffffffffffffffffffffffff00", "0000000000000000fffffffffffff8f0"})
  void theCounterRunsAcrossTheWholeIvWithinAGroup(String start) {
    byte[] first = HexFormat.of().parseHex(start);
    SecretBytes tek = keys.tek().open(SecretBytes::copyOf);
    SecretBytes tik = keys.tik().open(SecretBytes::copyOf);
    try (TransportKeys there = new TransportKeys(tek, tik, new IvSequence(first));
        PacketEngine sealing = kind.open(there)) {
      sealing.sealPages(PacketEngine.DATA, plain, cipher, headers, MOST);
    }
    for (int i = 0; i < MOST; i++) {
      BigInteger expected =
          new BigInteger(1, first)
              .add(BigInteger.valueOf(256L * i))
              .mod(BigInteger.ONE.shiftLeft(128));
      assertThat(iv(headers[i])).isEqualTo(expected);
    }
    try (PacketEngine jdk = EngineKind.JDK.open(keys)) {
      for (int i = 0; i < MOST; i++) {
        assertThat(jdk.open(PacketEngine.DATA, headers[i], cipher[i], opened[i])).isTrue();
      }
    }
    assertOpened(0, MOST);
  }

  @Test
  @DisplayName("no two pages share a counter value, whatever threads and engines seal them")
  void countersNeverMeet() throws Exception {
    int threads = 4;
    int groups = 40;
    List<Future<List<BigInteger>>> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int seed = t;
        results.add(pool.submit(() -> sealGroups(seed, groups)));
      }
    }
    TreeSet<BigInteger> starts = new TreeSet<>();
    int packets = 0;
    for (Future<List<BigInteger>> result : results) {
      packets += result.get().size();
      starts.addAll(result.get());
    }
    assertThat(starts).hasSize(packets);
    BigInteger before = null;
    for (BigInteger start : starts) {
      if (before != null) {
        assertThat(start.subtract(before)).isGreaterThanOrEqualTo(BigInteger.valueOf(256));
      }
      before = start;
    }
  }

  private List<BigInteger> sealGroups(int seed, int groups) {
    Random random = new Random(seed);
    List<BigInteger> starts = new ArrayList<>();
    MemorySegment[] into = pages(MOST);
    MemorySegment[] heads = headers(MOST);
    try (PacketEngine own = kind.open(keys)) {
      for (int g = 0; g < groups; g++) {
        int count = random.nextInt(MOST + 1);
        own.sealPages(PacketEngine.DATA, plain, into, heads, count);
        for (int i = 0; i < count; i++) {
          starts.add(iv(heads[i]));
        }
        own.seal(PacketEngine.DATA, plain[0], into[0], heads[0]);
        starts.add(iv(heads[0]));
      }
    }
    return starts;
  }

  @Test
  void aPageLeavesAtMost128BytesOfGarbage() {
    // Until the compiler has taken the vectors into registers, each one is an object.
    long least = Long.MAX_VALUE;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int attempt = 0; attempt < 50 && least > 2 * 128; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        engine.sealPages(PacketEngine.DATA, plain, cipher, headers, 48);
        engine.openPages(PacketEngine.DATA, headers, cipher, opened, 48);
      }
      least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / (100 * 48));
    }
    assertThat(least).as("for sealing and opening a page").isLessThanOrEqualTo(2 * 128);
  }

  private List<PacketEngine> others() {
    List<PacketEngine> engines = new ArrayList<>();
    for (EngineKind other : EngineKind.values()) {
      if (other.obstacle().isEmpty()) {
        engines.add(other.open(keys));
      }
    }
    return engines;
  }

  private void forget() {
    for (MemorySegment page : opened) {
      page.fill((byte) 0x5A);
    }
  }

  private void assertOpened(int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(opened[i].mismatch(plain[i])).as("page %d", i).isEqualTo(-1);
    }
  }

  private void assertUntouched(int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(opened[i].toArray(ValueLayout.JAVA_BYTE)).as("page %d", i).containsOnly(0x5A);
    }
  }

  private static BigInteger iv(MemorySegment header) {
    return new BigInteger(1, PacketHeader.read(header).iv());
  }

  private MemorySegment[] pages(int count) {
    MemorySegment[] pages = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      pages[i] = arena.allocate(PAGE, PAGE);
    }
    return pages;
  }

  private MemorySegment[] headers(int count) {
    MemorySegment[] made = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      made[i] = arena.allocate(PacketHeader.SIZE, 8);
    }
    return made;
  }
}
