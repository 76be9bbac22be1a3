package dev.sealift.firmware;

import dev.sealift.crypto.KeyDerivation;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.SecretBytes;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;

/**
 * What is burnt into one chip and outlives every reset: the chip endorsement key (CEK, P-384) and
 * the chip's identity.
 *
 * <p>How a real chip derives the two is not public; the model draws them at random. The identity
 * is, as on real chips, a point on secp256k1, here for a random scalar that serves nothing else and
 * is not kept.
 */
public final class ChipKeys {
  private static final int STORAGE_KEY = 32;

  private final ECPrivateKey cekPrivate;
  private final ECPublicKey cekPublic;
  private final byte[] id;

  private ChipKeys(KeyPair cek, byte[] id) {
    this.cekPrivate = (ECPrivateKey) cek.getPrivate();
    this.cekPublic = (ECPublicKey) cek.getPublic();
    this.id = id;
  }

  /**
   * A chip that was there before.
   *
   * @param id 64 bytes, as {@link #id} gives them
   */
  static ChipKeys of(ECPrivateKey cekPrivate, ECPublicKey cekPublic, byte[] id) {
    return new ChipKeys(new KeyPair(cekPublic, cekPrivate), id.clone());
  }

  /** A chip that never was. */
  public static ChipKeys generate(SecureRandom random) {
    BigInteger scalar;
    do {
      scalar = new BigInteger(Secp256k1.ORDER.bitLength(), random);
    } while (scalar.signum() == 0 || scalar.compareTo(Secp256k1.ORDER) >= 0);
    return new ChipKeys(P384.generate(random), Secp256k1.publicPoint(scalar));
  }

  /**
   * The chip's identity, as GET_ID writes it: X and Y of a point on secp256k1, 32 bytes each,
   * big-endian.
   */
  public byte[] id() {
    return id.clone();
  }

  /** The key under which the chip seals what it keeps outside, 32 bytes; the caller closes it. */
  SecretBytes storageKey() {
    byte[] scalar = cekPrivate.getS().toByteArray();
    try {
      return SecretBytes.take(
          KeyDerivation.derive(scalar, "sealift-chip-storage", new byte[0], STORAGE_KEY));
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  ECPrivateKey cekPrivate() {
    return cekPrivate;
  }

  ECPublicKey cekPublic() {
    return cekPublic;
  }
}
