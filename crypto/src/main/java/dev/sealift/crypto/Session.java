package dev.sealift.crypto;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.SevLimits;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;

/**
 * The session: transport keys and policy of a guest, sealed by one platform (or a guest's owner)
 * for another. Whoever holds either private key of the agreement can open it.
 *
 * <pre>
 *   offset  0           16                      48            64              96                128
 *          +-----------+-----------------------+-------------+---------------+----------------+
 *          | nonce     | TEK ‖ TIK, encrypted  | IV of these | MAC of these  | MAC of policy  |
 *          +-----------+-----------------------+-------------+---------------+----------------+
 * </pre>
 *
 * <p>Z is the P-384 shared secret (48 bytes, big-endian). MS = KDF(Z, "sev-master-secret", nonce),
 * KEK = KDF(MS, "sev-kek"), KIK = KDF(MS, "sev-kik"), 16 bytes each. TEK and TIK are one
 * AES-128-CTR stream under KEK; the first MAC is HMAC-SHA-256 under KIK over the encrypted keys,
 * the second under TIK over the policy word, little-endian. LAUNCH_START and SEND_START use the
 * same form. Source: AMD publication 55766, session data buffer.
 */
public final class Session {

  /** Bytes of a session. */
  public static final int SIZE = SevLimits.SESSION;

  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_session");
  private static final int NONCE_SIZE = STRUCT.bytes("nonce", 16).size();
  private static final int WRAPPED_KEYS =
      STRUCT.bytes("wrapped_keys", 2 * TransportKeys.KEY_SIZE).offset();
  private static final int WRAP_IV = STRUCT.bytes("wrap_iv", AesCtr.BLOCK).offset();
  private static final int WRAP_MAC = STRUCT.bytes("wrap_mac", HmacSha256.SIZE).offset();
  private static final int POLICY_MAC = STRUCT.bytes("policy_mac", HmacSha256.SIZE).offset();

  /** 128 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(SIZE);

  private Session() {}

  /**
   * A new session.
   *
   * @param blob the 128 bytes for the peer
   * @param keys the keys inside
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  public record Created(byte[] blob, TransportKeys keys) {}

  /** What came of opening a session. */
  public sealed interface Outcome {}

  /** The session is authentic. */
  public record Opened(TransportKeys keys) implements Outcome {}

  /**
   * The session is not what it should be, and nothing of it was kept.
   *
   * @param status BAD_MEASUREMENT where a MAC does not hold, INVALID_LEN where there are not 128
   *     bytes
   * @param which what does not hold, for people
   */
  public record Refused(FirmwareStatus status, String which) implements Outcome {}

  /**
   * Makes fresh transport keys and seals them for the holder of {@code peer}.
   *
   * @param own this side's private key: a platform's PDH, or the key in a guest owner's certificate
   * @param peer the public key in the other side's PDH certificate
   * @param policy the guest's policy
   */
  public static Created create(
      ECPrivateKey own, ECPublicKey peer, GuestPolicy policy, SecureRandom random) {
    try (SecretBytes z = P384.sharedSecret(own, peer)) {
      byte[] nonce = new byte[NONCE_SIZE];
      byte[] iv = new byte[AesCtr.BLOCK];
      random.nextBytes(nonce);
      random.nextBytes(iv);
      TransportKeys keys = TransportKeys.random(random);
      return new Created(z.open(secret -> wrap(secret, nonce, iv, keys, policy)), keys);
    }
  }

  /**
   * Opens a session that the holder of {@code peer} has sealed for this side.
   *
   * @param policy the policy that the guest is said to have
   */
  public static Outcome open(byte[] blob, ECPrivateKey own, ECPublicKey peer, GuestPolicy policy) {
    if (blob.length != SIZE) {
      return new Refused(FirmwareStatus.INVALID_LEN, "a session has 128 bytes, not " + blob.length);
    }
    try (SecretBytes z = P384.sharedSecret(own, peer)) {
      return z.open(secret -> unwrap(blob, secret, policy));
    }
  }

  static byte[] wrap(
      byte[] sharedSecret, byte[] nonce, byte[] iv, TransportKeys keys, GuestPolicy policy) {
    byte[] blob = new byte[SIZE];
    byte[] tek = keys.tek().reveal();
    byte[] tik = keys.tik().reveal();
    byte[] plain = Arrays.copyOf(tek, 2 * TransportKeys.KEY_SIZE);
    System.arraycopy(tik, 0, plain, TransportKeys.KEY_SIZE, TransportKeys.KEY_SIZE);
    try (WrappingKeys wrapping = new WrappingKeys(sharedSecret, nonce)) {
      byte[] wrapped = AesCtr.once(wrapping.kek(), iv, plain);
      put(blob, 0, nonce);
      put(blob, WRAPPED_KEYS, wrapped);
      put(blob, WRAP_IV, iv);
      put(blob, WRAP_MAC, HmacSha256.of(wrapping.kik(), wrapped));
      put(blob, POLICY_MAC, HmacSha256.of(tik, policy.bytes()));
      return blob;
    } finally {
      Arrays.fill(tek, (byte) 0);
      Arrays.fill(tik, (byte) 0);
      Arrays.fill(plain, (byte) 0);
    }
  }

  static Outcome unwrap(byte[] blob, byte[] sharedSecret, GuestPolicy policy) {
    byte[] wrapped = Arrays.copyOfRange(blob, WRAPPED_KEYS, WRAP_IV);
    byte[] iv = Arrays.copyOfRange(blob, WRAP_IV, WRAP_MAC);
    byte[] wrapMac = Arrays.copyOfRange(blob, WRAP_MAC, POLICY_MAC);
    byte[] policyMac = Arrays.copyOfRange(blob, POLICY_MAC, SIZE);
    byte[] plain = {};
    byte[] tik = {};
    try (WrappingKeys wrapping = new WrappingKeys(sharedSecret, Arrays.copyOf(blob, NONCE_SIZE))) {
      if (!MessageDigest.isEqual(HmacSha256.of(wrapping.kik(), wrapped), wrapMac)) {
        return new Refused(
            FirmwareStatus.BAD_MEASUREMENT,
            "the session's keys were changed, or sealed for another platform");
      }
      plain = AesCtr.once(wrapping.kek(), iv, wrapped);
      tik = Arrays.copyOfRange(plain, TransportKeys.KEY_SIZE, plain.length);
      if (!MessageDigest.isEqual(HmacSha256.of(tik, policy.bytes()), policyMac)) {
        return new Refused(
            FirmwareStatus.BAD_MEASUREMENT, "the session was made for a guest with another policy");
      }
      return new Opened(
          TransportKeys.of(
              SecretBytes.take(Arrays.copyOf(plain, TransportKeys.KEY_SIZE)),
              SecretBytes.copyOf(tik)));
    } finally {
      Arrays.fill(plain, (byte) 0);
      Arrays.fill(tik, (byte) 0);
    }
  }

  private static void put(byte[] blob, int offset, byte[] field) {
    System.arraycopy(field, 0, blob, offset, field.length);
  }
}
