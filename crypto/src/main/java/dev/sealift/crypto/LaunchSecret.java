package dev.sealift.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * A secret that the guest's owner hands to the guest before it first runs (LAUNCH_SECRET): sealed
 * like a packet, under context byte 1, and from API 0.17 on bound to the measurement, so that it
 * opens only in the launch that was measured.
 *
 * <p>Source: AMD publication 55766, LAUNCH_SECRET.
 */
public final class LaunchSecret {
  private static final int CONTEXT = 1;
  private static final byte[] UNBOUND = {};

  private LaunchSecret() {}

  /**
   * A sealed secret.
   *
   * @param header the packet header, 52 bytes
   * @param ciphertext as long as the secret
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  public record Packed(byte[] header, byte[] ciphertext) {}

  /**
   * Seals a secret.
   *
   * @param keys the session's keys
   * @param api the platform's API version
   * @param measurement the measurement's MAC, 32 bytes
   * @param payload the secret: 16 to 20480 bytes in whole blocks of 16
   */
  public static Packed pack(
      TransportKeys keys, ApiVersion api, byte[] measurement, byte[] payload) {
    checkLengths(measurement, payload.length);
    byte[] header = new byte[PacketHeader.SIZE];
    keys.ivs().next(payload.length, header, PacketHeader.IV_OFFSET);
    byte[] ciphertext = keys.tek().open(tek -> AesCtr.once(tek, iv(header), payload));
    byte[] mac = mac(keys, api, measurement, header, ciphertext);
    System.arraycopy(mac, 0, header, PacketHeader.MAC_OFFSET, mac.length);
    return new Packed(header, ciphertext);
  }

  /**
   * Opens a secret. The header's flags are authenticated but not interpreted.
   *
   * @param keys the session's keys
   * @param api the platform's API version
   * @param measurement the measurement's MAC, 32 bytes
   * @param header the packet header, 52 bytes
   * @param ciphertext 16 to 20480 bytes in whole blocks of 16
   * @return the secret, or nothing if the MAC does not hold
   */
  public static Optional<SecretBytes> open(
      TransportKeys keys, ApiVersion api, byte[] measurement, byte[] header, byte[] ciphertext) {
    checkLengths(measurement, ciphertext.length);
    byte[] expected = mac(keys, api, measurement, header, ciphertext);
    if (!MessageDigest.isEqual(expected, PacketHeader.parse(header).mac())) {
      return Optional.empty();
    }
    return Optional.of(
        keys.tek().open(tek -> SecretBytes.take(AesCtr.once(tek, iv(header), ciphertext))));
  }

  private static byte[] mac(
      TransportKeys keys, ApiVersion api, byte[] measurement, byte[] header, byte[] ciphertext) {
    byte[] bound = api.atLeast(LaunchMeasurement.BOUND_SINCE) ? measurement : UNBOUND;
    byte[] out = new byte[HmacSha256.SIZE];
    try (PacketMac mac = keys.tik().open(PacketMac::new)) {
      mac.compute(CONTEXT, header, ciphertext, ciphertext.length, bound, out, 0);
    }
    return out;
  }

  private static byte[] iv(byte[] header) {
    return Arrays.copyOfRange(header, PacketHeader.IV_OFFSET, PacketHeader.MAC_OFFSET);
  }

  private static void checkLengths(byte[] measurement, int length) {
    if (measurement.length != LaunchMeasurement.SIZE) {
      throw new IllegalArgumentException("a measurement has 32 bytes, not " + measurement.length);
    }
    if (length < AesCtr.BLOCK || length > PacketEngine.MAX_DATA || length % AesCtr.BLOCK != 0) {
      throw new IllegalArgumentException(
          "a secret has 16 to 20480 bytes in whole blocks of 16, not " + length);
    }
  }
}
