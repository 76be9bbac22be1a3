package dev.sealift.crypto.cert;

import dev.sealift.crypto.MissingAlgorithm;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/**
 * RSASSA-PSS as AMD uses it: MGF1 with the same hash, salt as long as the hash, signature
 * little-endian and as long as the modulus.
 *
 * <p>Source: RFC 8017 section 8.1; AMD publication 55766, RSA signature format.
 */
final class PssSignature {

  private PssSignature() {}

  /** The hash that goes with a key: SHA-256 for 2048 bits, SHA-384 for 4096. */
  static String hashFor(int modulusBits) {
    return modulusBits == 2048 ? "SHA-256" : "SHA-384";
  }

  /** Signs, into as many bytes as the modulus has. */
  static byte[] sign(RSAPrivateKey key, String hash, byte[] message) {
    try {
      Signature signature = algorithm(hash);
      signature.initSign(key);
      signature.update(message);
      return LittleEndian.reversed(signature.sign());
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /** Whether the bytes are this key's signature. */
  static boolean verify(RSAPublicKey key, String hash, byte[] message, byte[] signed) {
    try {
      Signature signature = algorithm(hash);
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(LittleEndian.reversed(signed));
    } catch (SignatureException | InvalidKeyException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  private static Signature algorithm(String hash) throws GeneralSecurityException {
    int saltBytes = hash.equals("SHA-256") ? 32 : 48;
    Signature signature = Signature.getInstance("RSASSA-PSS");
    signature.setParameter(
        new PSSParameterSpec(
            hash,
            "MGF1",
            new MGF1ParameterSpec(hash),
            saltBytes,
            PSSParameterSpec.TRAILER_FIELD_BC));
    return signature;
  }
}
