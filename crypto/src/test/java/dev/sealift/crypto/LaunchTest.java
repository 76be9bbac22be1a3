package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Launch digest, measurement and secret")
class LaunchTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] TEK = HEX.parseHex("2b7e151628aed2a6abf7158809cf4f3c");
  private static final byte[] TIK = HEX.parseHex("66320db73158a35a255d051758e95ed4");
  private static final byte[] NONCE = HEX.parseHex("4fbe0bedbad6c86ae8f68971d103e554");
  private static final ApiVersion OLD = new ApiVersion(0, 16);
  private static final ApiVersion NEW = new ApiVersion(0, 17);

  private final TransportKeys keys =
      TransportKeys.of(SecretBytes.copyOf(TEK), SecretBytes.copyOf(TIK));

  @Test
  void theDigestIsThatOfAllMemoryInTheOrderGiven() throws Exception {
    byte[] firmware = random(10_000);
    byte[] vmsa = random(4096);
    LaunchDigest digest = new LaunchDigest();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(firmware.length);
      MemorySegment.copy(firmware, 0, memory, ValueLayout.JAVA_BYTE, 0, firmware.length);
      digest.update(memory);
    }
    assertThat(digest.value()).isEqualTo(sha256(firmware));
    digest.update(vmsa);
    assertThat(digest.value()).isEqualTo(sha256(firmware, vmsa));
    assertThat(digest.value()).as("asked twice").isEqualTo(sha256(firmware, vmsa));
  }

  @Test
  void theMeasurementOfAnEmptyGuestIsTheKnownAnswer() {
    byte[] measurement =
        LaunchMeasurement.compute(
            keys,
            new ApiVersion(0, 0x12),
            0x0F,
            new GuestPolicy(0),
            new LaunchDigest().value(),
            NONCE);
    assertThat(HEX.formatHex(measurement))
        .isEqualTo("6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea");
  }

  @Test
  void beforeVersion017TheMeasurementNamesNoFirmware() throws Exception {
    byte[] digest = sha256(random(64));
    GuestPolicy policy = new GuestPolicy(0x01020305);
    assertThat(LaunchMeasurement.compute(keys, OLD, 5, policy, digest, NONCE))
        .isEqualTo(hmac(HEX.parseHex("05030201"), digest, NONCE));
    assertThat(LaunchMeasurement.compute(keys, NEW, 5, policy, digest, NONCE))
        .isEqualTo(hmac(HEX.parseHex("0400110505030201"), digest, NONCE));
  }

  @Test
  void aMeasurementTakesAWholeDigestAndNonce() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> LaunchMeasurement.compute(keys, NEW, 0, new GuestPolicy(0), new byte[31], NONCE));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            LaunchMeasurement.compute(
                keys, NEW, 0, new GuestPolicy(0), new byte[32], new byte[15]));
  }

  @Test
  void aSecretOpensInTheLaunchThatWasMeasured() {
    byte[] secret = "sixteen bytes!!!".getBytes(StandardCharsets.US_ASCII);
    byte[] measurement = random(32);
    LaunchSecret.Packed packed = LaunchSecret.pack(keys, NEW, measurement, secret);
    assertThat(open(NEW, measurement, packed)).contains(secret);
    byte[] another = measurement.clone();
    another[31] ^= 1;
    assertThat(open(NEW, another, packed)).isEmpty();
    assertThat(open(OLD, measurement, packed)).isEmpty();
    LaunchSecret.Packed unbound = LaunchSecret.pack(keys, OLD, measurement, secret);
    assertThat(open(OLD, another, unbound)).contains(secret);
  }

  @Test
  @DisplayName("a secret is AES-128-CTR with HMAC-SHA-256(TIK, 01, flags, IV, lengths, data, MAC)")
  void aSecretHasTheFormOfAPacketUnderContextOne() throws Exception {
    byte[] secret = random(4096);
    byte[] measurement = random(32);
    LaunchSecret.Packed packed = LaunchSecret.pack(keys, NEW, measurement, secret);
    PacketHeader header = PacketHeader.parse(packed.header());
    byte[] prefix =
        ByteBuffer.allocate(29)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 1)
            .putInt(0)
            .put(header.iv())
            .putInt(4096)
            .putInt(4096)
            .array();
    assertThat(header.mac()).isEqualTo(hmac(prefix, packed.ciphertext(), measurement));
    Cipher jdk = Cipher.getInstance("AES/CTR/NoPadding");
    jdk.init(Cipher.DECRYPT_MODE, new SecretKeySpec(TEK, "AES"), new IvParameterSpec(header.iv()));
    assertThat(jdk.doFinal(packed.ciphertext())).isEqualTo(secret);
  }

  @Test
  void aChangeInAnySingleBitOfASecretIsRefused() {
    byte[] measurement = random(32);
    LaunchSecret.Packed packed = LaunchSecret.pack(keys, NEW, measurement, random(16));
    for (int bit = 0; bit < (52 + 16) * 8; bit++) {
      byte[] header = packed.header().clone();
      byte[] ciphertext = packed.ciphertext().clone();
      int at = bit / 8;
      if (at < 52) {
        header[at] ^= (byte) (1 << bit % 8);
      } else {
        ciphertext[at - 52] ^= (byte) (1 << bit % 8);
      }
      assertThat(open(NEW, measurement, new LaunchSecret.Packed(header, ciphertext)))
          .as("bit %d", bit)
          .isEmpty();
    }
  }

  @Test
  void secretsShareTheIvsOfThePacketsOfTheirChannel() {
    byte[] first = LaunchSecret.pack(keys, NEW, random(32), random(32)).header();
    byte[] second = LaunchSecret.pack(keys, NEW, random(32), random(32)).header();
    long step =
        ByteBuffer.wrap(PacketHeader.parse(second).iv()).getLong(8)
            - ByteBuffer.wrap(PacketHeader.parse(first).iv()).getLong(8);
    assertThat(step).isEqualTo(2);
  }

  @Test
  void lengthsOfASecretAreBounded() {
    for (int length : new int[] {0, 15, 17, 20496}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LaunchSecret.pack(keys, NEW, random(32), new byte[length]));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> LaunchSecret.open(keys, NEW, random(32), new byte[52], new byte[length]));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LaunchSecret.pack(keys, NEW, random(48), new byte[16]));
  }

  private Optional<byte[]> open(ApiVersion api, byte[] measurement, LaunchSecret.Packed packed) {
    return LaunchSecret.open(keys, api, measurement, packed.header(), packed.ciphertext())
        .map(SecretBytes::reveal);
  }

  private static byte[] hmac(byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(TIK, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static byte[] sha256(byte[]... parts) throws Exception {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.write(part);
    }
    return MessageDigest.getInstance("SHA-256").digest(joined.toByteArray());
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
