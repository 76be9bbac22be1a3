package dev.sealift.firmware;

import dev.sealift.crypto.AesGcm;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The form in which a platform's identity lies outside its chip: only the same chip opens it, and
 * no byte of it can change unnoticed. An older form of the same chip's opens, too: nothing here
 * counts.
 *
 * <pre>
 *   offset 0    nonce[12]
 *          C    AES-256-GCM under a key of the chip:
 *               owner u8 (0: the platform itself, 1: external, FF: there is no identity),
 *               OCA[2084], OCA key[48], PEK[2084], PEK key[48], PDH[2084], PDH key[48]; keys
 *               big-endian, that of an external owner zero, and all zero where there is no identity
 *          1909 tag[16]
 * </pre>
 *
 * <p>How a real chip seals its identity is not public.
 */
final class SealedIdentity {
  private static final int NONCE = AesGcm.NONCE_SIZE;
  private static final int TAG = AesGcm.TAG_SIZE;
  private static final int PLAIN = 1 + 3 * (SevCertificate.SIZE + P384.COORDINATE_SIZE);

  /** Bytes of the form, whatever is in it. */
  static final int SIZE = NONCE + PLAIN + TAG;

  private static final byte SELF_OWNED = 0;
  private static final byte EXTERNALLY_OWNED = 1;
  private static final byte NOBODY = (byte) 0xFF;
  private static final byte[] NAME =
      "sealift platform identity 1".getBytes(StandardCharsets.US_ASCII);

  private SealedIdentity() {}

  /** Seals an identity, or that there is none. */
  static byte[] seal(Optional<PlatformIdentity> identity, ChipKeys chip) {
    byte[] nonce = new byte[AesGcm.NONCE_SIZE];
    new SecureRandom().nextBytes(nonce);
    byte[] plain = encode(identity);
    try (SecretBytes key = chip.storageKey()) {
      byte[] sealed = Arrays.copyOf(nonce, SIZE);
      System.arraycopy(AesGcm.seal(key, nonce, NAME, plain), 0, sealed, NONCE, PLAIN + TAG);
      return sealed;
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * Opens what was sealed; empty where there was no identity.
   *
   * @param sealed the form in its first {@link #SIZE} bytes
   * @throws PlatformStore.DamagedStoreException if a byte was changed, or if another chip sealed it
   */
  static Optional<PlatformIdentity> open(byte[] sealed, ChipKeys chip)
      throws PlatformStore.DamagedStoreException {
    byte[] plain = plain(sealed, chip);
    try {
      return decode(ByteBuffer.wrap(plain));
    } catch (MalformedCertificateException | InvalidKeySpecException e) {
      throw damaged();
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static byte[] plain(byte[] sealed, ChipKeys chip)
      throws PlatformStore.DamagedStoreException {
    try (SecretBytes key = chip.storageKey()) {
      return AesGcm.open(
              key, Arrays.copyOf(sealed, NONCE), NAME, Arrays.copyOfRange(sealed, NONCE, SIZE))
          .orElseThrow(SealedIdentity::damaged);
    }
  }

  private static PlatformStore.DamagedStoreException damaged() {
    return new PlatformStore.DamagedStoreException(
        "the sealed identity was changed, or is another chip's");
  }

  private static byte[] encode(Optional<PlatformIdentity> there) {
    ByteBuffer plain = ByteBuffer.allocate(PLAIN);
    if (there.isEmpty()) {
      return plain.put(NOBODY).array();
    }
    PlatformIdentity identity = there.get();
    plain.put(identity.externallyOwned() ? EXTERNALLY_OWNED : SELF_OWNED);
    ECPrivateKey ocaKey = identity.ocaKey();
    put(plain, identity.oca(), ocaKey == null ? BigInteger.ZERO : ocaKey.getS());
    put(plain, identity.pek().certificate(), identity.pek().privateKey().getS());
    put(plain, identity.pdh().certificate(), identity.pdh().privateKey().getS());
    return plain.array();
  }

  private static void put(ByteBuffer plain, SevCertificate certificate, BigInteger scalar) {
    byte[] key = ChipFile.coordinate(scalar);
    plain.put(certificate.bytes()).put(key);
    Arrays.fill(key, (byte) 0);
  }

  private static Optional<PlatformIdentity> decode(ByteBuffer plain)
      throws MalformedCertificateException, InvalidKeySpecException {
    byte owner = plain.get();
    if (owner == NOBODY) {
      return Optional.empty();
    }
    SevCertificate oca = certificate(plain);
    BigInteger ocaScalar = scalar(plain);
    SevCertificate pek = certificate(plain);
    ECPrivateKey pekKey = P384.privateKey(scalar(plain));
    SevCertificate pdh = certificate(plain);
    ECPrivateKey pdhKey = P384.privateKey(scalar(plain));
    return Optional.of(
        new PlatformIdentity(
            oca,
            owner == EXTERNALLY_OWNED ? null : P384.privateKey(ocaScalar),
            new CertifiedKey(pekKey, pek),
            new CertifiedKey(pdhKey, pdh)));
  }

  private static SevCertificate certificate(ByteBuffer plain) throws MalformedCertificateException {
    byte[] bytes = new byte[SevCertificate.SIZE];
    plain.get(bytes);
    return SevCertificate.parse(bytes);
  }

  private static BigInteger scalar(ByteBuffer plain) {
    byte[] bytes = new byte[P384.COORDINATE_SIZE];
    plain.get(bytes);
    BigInteger scalar = new BigInteger(1, bytes);
    Arrays.fill(bytes, (byte) 0);
    return scalar;
  }
}
