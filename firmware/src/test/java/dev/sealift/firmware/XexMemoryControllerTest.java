package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.flipped;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sealift.crypto.KeyDerivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The encrypting memory controller")
class XexMemoryControllerTest {

  private static final long START = 0x1_2345_6000L;
  private static final int SIZE = 64 << 10;
  private static final int PAGE = 4096;
  private static final byte[] BOOT = randomBytes(32, 1);
  private static final byte[] SEED = randomBytes(32, 2);
  private static final byte[] OTHER_SEED = randomBytes(32, 3);

  private final RamMemory memory = new RamMemory(START, SIZE);
  private final XexMemoryController controller = new XexMemoryController(memory, BOOT);

  @BeforeEach
  void twoGuests() {
    controller.installKey(1, SEED);
    controller.installKey(2, OTHER_SEED);
  }

  private void write(int asid, long address, byte[] content) {
    assertThat(controller.write(asid, address, MemorySegment.ofArray(content))).isTrue();
  }

  private byte[] read(int asid, long address, int length) {
    byte[] content = new byte[length];
    assertThat(controller.read(asid, address, MemorySegment.ofArray(content))).isTrue();
    return content;
  }

  @Test
  @DisplayName("gives the guest back what it wrote, and the host ciphertext only")
  void hostSeesCiphertext() {
    byte[] content = randomBytes(2 * PAGE, 9);
    write(1, START, content);
    assertThat(read(1, START, content.length)).isEqualTo(content);
    byte[] atRest = read(MemoryController.HOST, START, content.length);
    assertThat(atRest).isEqualTo(memory.read(START, content.length));
    assertNoBlockInCommon(content, atRest);
  }

  @Test
  @DisplayName("gives a page of equal blocks no two equal blocks of ciphertext")
  void equalBlocksDiffer() {
    write(1, START, new byte[PAGE]);
    byte[] atRest = memory.read(START, PAGE);
    assertThat(blocks(atRest)).doesNotHaveDuplicates();
  }

  @Test
  @DisplayName(
      "is deterministic: equal text at an equal address under an equal key is equal ciphertext")
  void deterministic() {
    byte[] content = randomBytes(PAGE, 4);
    write(1, START, content);
    byte[] atRest = memory.read(START, PAGE);
    write(1, START, new byte[PAGE]);
    write(1, START, content);
    assertThat(memory.read(START, PAGE)).isEqualTo(atRest);
    controller.installKey(77, SEED);
    assertThat(read(77, START, PAGE)).isEqualTo(content);
    RamMemory elsewhere = new RamMemory(START, SIZE);
    XexMemoryController again = new XexMemoryController(elsewhere, BOOT);
    again.installKey(3, SEED);
    again.write(3, START, MemorySegment.ofArray(content));
    assertThat(elsewhere.read(START, PAGE)).isEqualTo(atRest);
  }

  @Test
  @DisplayName("binds ciphertext to its address: moved, it is noise")
  void movedCiphertext() {
    byte[] content = randomBytes(PAGE, 4);
    write(1, START, content);
    memory.write(START + PAGE, memory.read(START, PAGE));
    assertNoBlockInCommon(content, read(1, START + PAGE, PAGE));
    memory.write(START + 2 * PAGE + 16, memory.read(START, PAGE));
    assertNoBlockInCommon(content, read(1, START + 2 * PAGE + 16, PAGE));
  }

  @Test
  @DisplayName("garbles exactly the block in which a bit of ciphertext was flipped")
  void flippedBit() {
    byte[] content = randomBytes(PAGE, 4);
    for (int bit = 0; bit < 128; bit++) {
      write(1, START, content);
      memory.write(START, flipped(memory.read(START, PAGE), 32 * 8 + bit));
      byte[] seen = read(1, START, PAGE);
      assertThat(Arrays.copyOf(seen, 32)).isEqualTo(Arrays.copyOf(content, 32));
      assertThat(Arrays.copyOfRange(seen, 48, PAGE))
          .isEqualTo(Arrays.copyOfRange(content, 48, PAGE));
      int changedBits = 0;
      for (int i = 32; i < 48; i++) {
        changedBits += Integer.bitCount((seen[i] ^ content[i]) & 0xFF);
      }
      // Of 128 bits about half change; fewer than 20 or more than 108 happen once in 2^50.
      assertThat(changedBits).as("bit %d", bit).isBetween(20, 108);
    }
  }

  @Test
  @DisplayName("shows noise, and no error, to a guest with another key")
  void wrongKey() {
    byte[] content = randomBytes(PAGE, 4);
    write(1, START, content);
    byte[] noise = read(2, START, PAGE);
    assertNoBlockInCommon(content, noise);
    assertNoBlockInCommon(memory.read(START, PAGE), noise);
  }

  @Test
  @DisplayName("shows noise, and no error, where there is no key, the same each time")
  void noKey() {
    byte[] content = randomBytes(PAGE, 4);
    write(1, START, content);
    byte[] never = read(40, START, PAGE);
    assertNoBlockInCommon(content, never);
    assertThat(read(40, START, PAGE)).isEqualTo(never);
    assertThat(read(41, START, PAGE)).isNotEqualTo(never);
    controller.removeKey(1);
    byte[] removed = read(1, START, PAGE);
    assertNoBlockInCommon(content, removed);
    controller.installKey(1, OTHER_SEED);
    controller.removeKey(1);
    assertThat(read(1, START, PAGE)).isEqualTo(removed);
    controller.installKey(1, SEED);
    assertThat(read(1, START, PAGE)).isEqualTo(content);
  }

  @Test
  @DisplayName("takes up a new key on every thread")
  void newKeyOnAnotherThread() throws InterruptedException {
    byte[] content = randomBytes(PAGE, 4);
    write(1, START, content);
    controller.installKey(1, OTHER_SEED);
    byte[][] seen = new byte[1][];
    Thread thread = Thread.ofPlatform().start(() -> seen[0] = read(1, START, PAGE));
    thread.join();
    assertThat(read(1, START, PAGE)).isNotEqualTo(content).isEqualTo(seen[0]);
  }

  @Test
  @DisplayName("is AES-128 between two XORs with the address's tweak, under the key of channel 0")
  void byTheFormula() throws Exception {
    XexMemoryController zen1 = new XexMemoryController(memory, BOOT, AddressTweaks.zen1());
    zen1.installKey(1, SEED);
    byte[] block = randomBytes(16, 5);
    long address = START + 0x110;
    zen1.write(1, address, MemorySegment.ofArray(block));

    int tweak = 0;
    int[] constants = {
      0x82253838, 0xec09079c, 0x40000018, 0x8102a23a, 0x77d91077, 0xb010b2c0, 0x536d544d,
      0x1568ee53, 0xb09230c2, 0x9670ff8e, 0x361b90d5, 0x0400c236, 0xe8182985, 0xbd31f92a,
      0xa50d3744, 0xf431d84c, 0x02043181, 0xb37132a1, 0x508ac06c, 0x168a8020, 0x7f9bc007,
      0x00db0407, 0x7f000404, 0x70fa01be, 0xbb3d2890, 0xbd2dd526, 0x1c5d6ce2, 0x4f5ce727
    };
    for (int bit = 4; bit < 32; bit++) {
      tweak ^= (address >>> bit & 1) == 0 ? 0 : constants[bit - 4];
    }
    byte[] key = KeyDerivation.derive(SEED, "sev-vm-encryption-key-0\0", new byte[4], 16);
    Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
    aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    byte[] expected = xor(aes.doFinal(xor(block, tweak)), tweak);
    assertThat(memory.read(address, 16)).isEqualTo(expected);
  }

  private static byte[] xor(byte[] block, int tweak) {
    byte[] result = block.clone();
    for (int i = 0; i < 16; i++) {
      result[i] ^= (byte) (tweak >>> 24 - i % 4 * 8);
    }
    return result;
  }

  @Test
  @DisplayName("serves any address and any length, as plain memory would")
  void anyAddressAnyLength() {
    byte[] model = new byte[SIZE];
    write(1, START, model);
    Random random = new Random(11);
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < 3000; i++) {
        int length =
            switch (i % 4) {
              case 0 -> random.nextInt(1, 16);
              case 1 -> random.nextInt(1, 64);
              case 2 -> random.nextInt(1, 3 * PAGE);
              default -> PAGE;
            };
        int offset = random.nextInt(SIZE - length + 1);
        MemorySegment piece =
            i % 2 == 0 ? arena.allocate(length) : MemorySegment.ofArray(new byte[length]);
        if (random.nextBoolean()) {
          byte[] content = randomBytes(length, i);
          piece.copyFrom(MemorySegment.ofArray(content));
          System.arraycopy(content, 0, model, offset, length);
          assertThat(controller.write(1, START + offset, piece)).isTrue();
        } else {
          assertThat(controller.read(1, START + offset, piece)).isTrue();
          assertThat(piece.toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(Arrays.copyOfRange(model, offset, offset + length));
        }
      }
    }
    assertThat(read(1, START, SIZE)).isEqualTo(model);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        START - 1,
        START - 4096,
        START + SIZE - 8,
        START + SIZE - 5000,
        START + SIZE,
        0,
        -16,
        Long.MAX_VALUE - 8
      })
  @DisplayName("says where there is no memory, and then has copied nothing")
  void missingMemory(long address) {
    byte[] content = randomBytes(SIZE, 4);
    write(1, START, content);
    byte[] into = randomBytes(2 * PAGE, 5);
    byte[] before = into.clone();
    for (int asid : new int[] {MemoryController.HOST, 1}) {
      assertThat(controller.read(asid, address, MemorySegment.ofArray(into))).isFalse();
      assertThat(into).isEqualTo(before);
      assertThat(controller.write(asid, address, MemorySegment.ofArray(into))).isFalse();
      assertThat(read(1, START, SIZE)).isEqualTo(content);
    }
  }

  @Test
  @DisplayName("loses no write and tears no block when threads share a block")
  void sharedBlock() throws InterruptedException {
    int rounds = 20_000;
    AtomicInteger wrong = new AtomicInteger();
    Thread[] threads = new Thread[2];
    for (int half = 0; half < 2; half++) {
      long address = START + 8L * half;
      threads[half] =
          Thread.ofPlatform()
              .start(() -> {
                MemorySegment counter = MemorySegment.ofArray(new long[1]);
                for (long i = 1; i <= rounds; i++) {
                  counter.set(ValueLayout.JAVA_LONG, 0, i);
                  controller.write(1, address, counter);
                  counter.set(ValueLayout.JAVA_LONG, 0, -1);
                  controller.read(1, address, counter);
                  if (counter.get(ValueLayout.JAVA_LONG, 0) != i) {
                    wrong.incrementAndGet();
                  }
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65536})
  @DisplayName("keeps no key for an ASID that cannot be")
  void impossibleAsids(int asid) {
    assertThatIllegalArgumentException().isThrownBy(() -> controller.installKey(asid, SEED));
    assertThatIllegalArgumentException().isThrownBy(() -> controller.removeKey(asid));
  }

  @Test
  @DisplayName("wants a seed that cannot be guessed")
  void shortSeed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new XexMemoryController(memory, new byte[15]));
  }

  /** The blocks of 16 bytes, in hex. */
  private static List<String> blocks(byte[] bytes) {
    return IntStream.range(0, bytes.length / 16)
        .mapToObj(i -> HexFormat.of().formatHex(bytes, i * 16, i * 16 + 16))
        .toList();
  }

  private static void assertNoBlockInCommon(byte[] one, byte[] other) {
    assertThat(blocks(one)).doesNotContainAnyElementsOf(blocks(other));
  }
}
