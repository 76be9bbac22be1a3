package dev.sealift.crypto.cert;

import dev.sealift.crypto.MissingAlgorithm;
import dev.sealift.crypto.P384;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;

/**
 * ECDSA on P-384 as a signature slot holds it: r and s, 72 bytes each, little-endian; bytes after
 * them mean nothing. The digest is used whole, padded on the left where it is shorter than the
 * curve's order.
 *
 * <p>Source: FIPS 186-4; AMD publication 55766, ECDSA signature format.
 */
public final class EcdsaSignature {
  private static final int SLOT_INTEGER = 72;

  private EcdsaSignature() {}

  /**
   * Signs, into 512 bytes.
   *
   * @param hash SHA-256 or SHA-384
   */
  public static byte[] sign(ECPrivateKey key, String hash, byte[] message) {
    if (!P384.isCurveOf(key)) {
      throw new IllegalArgumentException("SEV signs with keys on the curve P-384");
    }
    try {
      Signature signature = algorithm(hash);
      signature.initSign(key);
      signature.update(message);
      byte[] joined = signature.sign();
      byte[] slot = new byte[SignatureSlot.SIGNATURE_SIZE];
      for (int i = 0; i < P384.COORDINATE_SIZE; i++) {
        slot[i] = joined[P384.COORDINATE_SIZE - 1 - i];
        slot[SLOT_INTEGER + i] = joined[2 * P384.COORDINATE_SIZE - 1 - i];
      }
      return slot;
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /**
   * Whether 512 bytes hold this key's signature.
   *
   * @param hash SHA-256 or SHA-384
   */
  public static boolean verify(ECPublicKey key, String hash, byte[] message, byte[] slot) {
    byte[] joined = new byte[2 * P384.COORDINATE_SIZE];
    for (int i = 0; i < P384.COORDINATE_SIZE; i++) {
      joined[P384.COORDINATE_SIZE - 1 - i] = slot[i];
      joined[2 * P384.COORDINATE_SIZE - 1 - i] = slot[SLOT_INTEGER + i];
    }
    for (int i = P384.COORDINATE_SIZE; i < SLOT_INTEGER; i++) {
      // A number of more than 384 bits is above the curve's order, and no signature.
      if (slot[i] != 0 || slot[SLOT_INTEGER + i] != 0) {
        return false;
      }
    }
    try {
      Signature signature = algorithm(hash);
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(joined);
    } catch (SignatureException | InvalidKeyException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  private static Signature algorithm(String hash) throws GeneralSecurityException {
    // r and s one behind the other, each as long as a coordinate, instead of DER.
    return Signature.getInstance(hash.replace("-", "") + "withECDSAinP1363Format");
  }
}
