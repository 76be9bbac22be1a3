package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every engine makes and takes the same packets. */
@ParameterizedClass
@EnumSource
class PacketEngineTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] TEK = HEX.parseHex("2b7e151628aed2a6abf7158809cf4f3c");
  private static final byte[] TIK = HEX.parseHex("66320db73158a35a255d051758e95ed4");

  private final TransportKeys keys =
      TransportKeys.of(SecretBytes.copyOf(TEK), SecretBytes.copyOf(TIK));
  private final EngineKind kind;
  private final PacketEngine engine;

  PacketEngineTest(EngineKind kind) {
    assumeTrue(kind.obstacle().isEmpty(), () -> kind.obstacle().orElse(""));
    this.kind = kind;
    this.engine = kind.open(keys);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 48, 64, 1024, 4080, 4096, 4112, 8192, 16384, 20464, 20480})
  void whatIsSealedOpensAgain(int length) {
    byte[] plain = random(length);
    byte[] header = new byte[52];
    byte[] cipher = new byte[length];
    byte[] opened = new byte[length];
    engine.seal(PacketEngine.DATA, segment(plain), segment(cipher), segment(header));
    assertThat(cipher).isNotEqualTo(plain);
    assertThat(engine.open(PacketEngine.DATA, segment(header), segment(cipher), segment(opened)))
        .isTrue();
    assertThat(opened).isEqualTo(plain);
  }

  @Test
  void everyLengthInWholeBlocksOpensAgainOnOneEngine() {
    byte[] header = new byte[52];
    for (int length = 16; length <= 20480; length += 16) {
      byte[] plain = random(length);
      byte[] packet = new byte[length];
      engine.seal(PacketEngine.DATA, segment(plain), segment(packet), segment(header));
      assertThat(engine.open(PacketEngine.DATA, segment(header), segment(packet), segment(packet)))
          .isTrue();
      assertThat(packet).isEqualTo(plain);
    }
  }

  @Test
  void nativeMemoryIsSealedInPlaceAndOpenedElsewhere() {
    byte[] plain = random(4096);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(4096);
      MemorySegment header = arena.allocate(52);
      MemorySegment.copy(plain, 0, page, ValueLayout.JAVA_BYTE, 0, 4096);
      engine.seal(PacketEngine.DATA, page, page, header);
      assertThat(page.toArray(ValueLayout.JAVA_BYTE)).isNotEqualTo(plain);
      byte[] opened = new byte[4096];
      assertThat(engine.open(PacketEngine.DATA, header, page, segment(opened))).isTrue();
      assertThat(opened).isEqualTo(plain);
    }
  }

  @Test
  @DisplayName("the MAC is HMAC-SHA-256(TIK, context, flags, IV, length, length, ciphertext)")
  void theMacCoversExactlyThePrefixAndTheCiphertext() throws Exception {
    for (int context : new int[] {PacketEngine.DATA, PacketEngine.VMSA_SPECIFICATION}) {
      byte[] header = new byte[52];
      byte[] cipher = new byte[4096];
      engine.seal(context, segment(random(4096)), segment(cipher), segment(header));
      PacketHeader read = PacketHeader.parse(header);
      assertThat(read.flags()).isZero();
      assertThat(read.mac()).isEqualTo(mac(context, 0, read.iv(), cipher));
    }
  }

  @Test
  @DisplayName("a packet of NIST SP 800-38A, F.5.1, opens to its plaintext")
  void aKnownCiphertextOpens() throws Exception {
    byte[] iv = HEX.parseHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    byte[] cipher =
        HEX.parseHex(
            "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
                + "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee");
    byte[] opened = new byte[64];
    byte[] header = new PacketHeader(0, iv, mac(PacketEngine.DATA, 0, iv, cipher)).bytes();
    assertThat(engine.open(PacketEngine.DATA, segment(header), segment(cipher), segment(opened)))
        .isTrue();
    assertThat(HEX.formatHex(opened))
        .isEqualTo(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffffffffffffffffffffffffffffffff",
        "0000000000000000ffffffffffffffff",
        "00000000000000ffffffffffffffff80",
        "7fffffffffffffffffffffffffffff01"
      })
  void theCounterRunsAcrossAllSixteenBytesOfTheIv(String start) throws Exception {
    byte[] iv = HEX.parseHex(start);
    TransportKeys here =
        new TransportKeys(SecretBytes.copyOf(TEK), SecretBytes.copyOf(TIK), new IvSequence(iv));
    byte[] plain = random(4096);
    byte[] header = new byte[52];
    byte[] cipher = new byte[4096];
    try (PacketEngine sealing = kind.open(here)) {
      sealing.seal(PacketEngine.DATA, segment(plain), segment(cipher), segment(header));
    }
    assertThat(PacketHeader.parse(header).iv()).isEqualTo(iv);
    Cipher jdk = Cipher.getInstance("AES/CTR/NoPadding");
    jdk.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(TEK, "AES"), new IvParameterSpec(iv));
    assertThat(cipher).isEqualTo(jdk.doFinal(plain));
    assertThat(Arrays.copyOfRange(cipher, 16, 32)).isEqualTo(secondBlock(iv, plain));
  }

  @Test
  void aChangeInAnySingleBitIsRefusedAndNothingIsWritten() {
    byte[] header = new byte[52];
    byte[] cipher = new byte[48];
    engine.seal(PacketEngine.DATA, segment(random(48)), segment(cipher), segment(header));
    for (int bit = 0; bit < (header.length + cipher.length) * 8; bit++) {
      byte[] changedHeader = header.clone();
      byte[] changedCipher = cipher.clone();
      byte[] changed = bit < header.length * 8 ? changedHeader : changedCipher;
      int at = bit < header.length * 8 ? bit : bit - header.length * 8;
      changed[at / 8] ^= (byte) (1 << at % 8);
      byte[] untouched = new byte[48];
      Arrays.fill(untouched, (byte) 0x5A);
      assertThat(
              engine.open(
                  PacketEngine.DATA,
                  segment(changedHeader),
                  segment(changedCipher),
                  segment(untouched)))
          .as("bit %d", bit)
          .isFalse();
      assertThat(untouched).containsOnly(0x5A);
    }
    assertThat(
            engine.open(PacketEngine.DATA, segment(header), segment(cipher), segment(new byte[48])))
        .as("unchanged")
        .isTrue();
  }

  @Test
  void aPacketIsRefusedUnderAnotherContextLengthOrKey() {
    byte[] header = new byte[52];
    byte[] cipher = new byte[64];
    engine.seal(PacketEngine.DATA, segment(random(64)), segment(cipher), segment(header));
    assertThat(
            engine.open(
                PacketEngine.VMSA_SPECIFICATION,
                segment(header),
                segment(cipher),
                segment(new byte[64])))
        .isFalse();
    assertThat(
            engine.open(
                PacketEngine.DATA,
                segment(header),
                segment(Arrays.copyOf(cipher, 48)),
                segment(new byte[48])))
        .isFalse();
    try (PacketEngine other = kind.open(TransportKeys.random(new SecureRandom()))) {
      assertThat(
              other.open(
                  PacketEngine.DATA, segment(header), segment(cipher), segment(new byte[64])))
          .isFalse();
    }
  }

  @Test
  void enginesOfOneChannelDrawFromOneSequenceOfIvs() {
    byte[] first = new byte[52];
    byte[] second = new byte[52];
    byte[] third = new byte[52];
    byte[] page = new byte[4096];
    try (PacketEngine twin = kind.open(keys)) {
      engine.seal(PacketEngine.DATA, segment(page), segment(new byte[4096]), segment(first));
      twin.seal(PacketEngine.DATA, segment(page), segment(new byte[4096]), segment(second));
      engine.seal(PacketEngine.DATA, segment(page), segment(new byte[4096]), segment(third));
    }
    assertThat(distance(first, second)).isEqualTo(256);
    assertThat(distance(second, third)).isEqualTo(256);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 15, 17, 20481, 20496})
  void lengthsOutsideTheBoundsAreTheCallersMistake(int length) {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            engine.seal(
                PacketEngine.DATA,
                segment(new byte[length]),
                segment(new byte[length]),
                segment(new byte[52])));
  }

  @Test
  void roomThatDoesNotFitIsTheCallersMistake() {
    MemorySegment block = segment(new byte[16]);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            engine.seal(PacketEngine.DATA, block, segment(new byte[32]), segment(new byte[52])));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.seal(PacketEngine.DATA, block, block, segment(new byte[51])));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.open(PacketEngine.DATA, segment(new byte[51]), block, block));
  }

  @Test
  void anEngineOutlivesItsKeysButNotItsOwnEnd() {
    byte[] page = new byte[4096];
    byte[] header = new byte[52];
    keys.close();
    engine.seal(PacketEngine.DATA, segment(page), segment(page), segment(header));
    engine.close();
    assertThatIllegalStateException()
        .isThrownBy(
            () -> engine.seal(PacketEngine.DATA, segment(page), segment(page), segment(header)));
    assertThatIllegalStateException()
        .isThrownBy(
            () -> engine.open(PacketEngine.DATA, segment(header), segment(page), segment(page)));
    assertThatIllegalStateException().isThrownBy(() -> kind.open(keys));
  }

  @Test
  void aPageLeavesHardlyAnyGarbage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment plain = arena.allocate(4096);
      MemorySegment cipher = arena.allocate(4096);
      MemorySegment header = arena.allocate(52);
      sealMany(plain, cipher, header);
      long before = threads.getCurrentThreadAllocatedBytes();
      sealMany(plain, cipher, header);
      long perPage = (threads.getCurrentThreadAllocatedBytes() - before) / 10_000;
      assertThat(perPage).isLessThan(128);
    }
  }

  private void sealMany(MemorySegment plain, MemorySegment cipher, MemorySegment header) {
    for (int i = 0; i < 10_000; i++) {
      engine.seal(PacketEngine.DATA, plain, cipher, header);
    }
  }

  private static byte[] mac(int context, int flags, byte[] iv, byte[] cipher) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(TIK, "HmacSHA256"));
    ByteBuffer prefix = ByteBuffer.allocate(29).order(ByteOrder.LITTLE_ENDIAN);
    prefix.put((byte) context).putInt(flags).put(iv).putInt(cipher.length).putInt(cipher.length);
    mac.update(prefix.array());
    return mac.doFinal(cipher);
  }

  /** The second 16 bytes, with the counter stepped by hand and one block encrypted without CTR. */
  private static byte[] secondBlock(byte[] iv, byte[] plain) throws Exception {
    byte[] counter = iv.clone();
    for (int i = 15; i >= 0 && ++counter[i] == 0; i--) {
      continue;
    }
    Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
    block.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(TEK, "AES"));
    byte[] second = block.doFinal(counter);
    for (int i = 0; i < 16; i++) {
      second[i] ^= plain[16 + i];
    }
    return second;
  }

  private static long distance(byte[] firstHeader, byte[] secondHeader) {
    byte[] first = PacketHeader.parse(firstHeader).iv();
    byte[] second = PacketHeader.parse(secondHeader).iv();
    return ByteBuffer.wrap(second).getLong(8) - ByteBuffer.wrap(first).getLong(8);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static MemorySegment segment(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }
}
