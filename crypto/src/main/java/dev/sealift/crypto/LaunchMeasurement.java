package dev.sealift.crypto;

/**
 * The measurement that LAUNCH_MEASURE gives the guest's owner: proof, under a key that only owner
 * and platform hold, of what was launched, under which policy and by which firmware.
 *
 * <pre>
 *   API 0.17 on:  HMAC-SHA-256(TIK, 04 ‖ api major ‖ api minor ‖ build ‖ policy u32 ‖ LD[32] ‖ nonce[16])
 *   before:       HMAC-SHA-256(TIK, policy u32 ‖ LD[32] ‖ nonce[16])
 * </pre>
 *
 * <p>Source: AMD publication 55766, LAUNCH_MEASURE.
 */
public final class LaunchMeasurement {

  /** Bytes of the MAC. */
  public static final int SIZE = HmacSha256.SIZE;

  /** Bytes of the nonce that follows the MAC in the command's output. */
  public static final int NONCE_SIZE = 16;

  /** The first API version whose measurements and secrets are bound to more than the digest. */
  static final ApiVersion BOUND_SINCE = new ApiVersion(0, 17);

  private static final byte CONTEXT = 4;

  private LaunchMeasurement() {}

  /**
   * Computes the MAC, 32 bytes, in the form of the platform's API version.
   *
   * @param keys the session's keys
   * @param api the platform's API version
   * @param build the platform's build number, 0 to 255
   * @param policy the guest's policy
   * @param launchDigest 32 bytes
   * @param nonce the platform's nonce, 16 bytes
   */
  public static byte[] compute(
      TransportKeys keys,
      ApiVersion api,
      int build,
      GuestPolicy policy,
      byte[] launchDigest,
      byte[] nonce) {
    return compute(keys.tik(), api, build, policy, launchDigest, nonce);
  }

  /** The same for whoever has only the TIK, 16 bytes. */
  public static byte[] compute(
      SecretBytes tik,
      ApiVersion api,
      int build,
      GuestPolicy policy,
      byte[] launchDigest,
      byte[] nonce) {
    if (launchDigest.length != LaunchDigest.SIZE || nonce.length != NONCE_SIZE) {
      throw new IllegalArgumentException("a launch digest has 32 bytes and a nonce 16");
    }
    byte[] version =
        api.atLeast(BOUND_SINCE)
            ? new byte[] {CONTEXT, (byte) api.major(), (byte) api.minor(), (byte) build}
            : new byte[0];
    return tik.open(key -> HmacSha256.of(key, version, policy.bytes(), launchDigest, nonce));
  }
}
