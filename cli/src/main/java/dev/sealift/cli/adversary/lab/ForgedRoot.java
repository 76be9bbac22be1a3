package dev.sealift.cli.adversary.lab;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;

/**
 * A root of an attacker's own: certificates with the key ids of the true ARK and ASK, well formed
 * and well signed by one key of the attacker's, 2048 bits.
 *
 * @param ask named like the true one
 * @param ark named like the true one
 * @param key behind both
 */
public record ForgedRoot(AmdCertificate ask, AmdCertificate ark, RSAPrivateKey key) {
  private static final int BITS = 2048;
  private static final int BYTES = BITS / 8;
  private static final int HEADER = 64;
  private static final int VERSION = 1;

  /** Forges a root that is named like another. */
  static ForgedRoot like(AmdCertificate ask, AmdCertificate ark, SecureRandom random)
      throws GeneralSecurityException, MalformedCertificateException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(BITS, random);
    KeyPair pair = generator.generateKeyPair();
    return new ForgedRoot(
        certificate(ask.keyId(), ark.keyId(), SevCertificate.Usage.ASK, pair),
        certificate(ark.keyId(), ark.keyId(), SevCertificate.Usage.ARK, pair),
        (RSAPrivateKey) pair.getPrivate());
  }

  /** The CEK certificate with this root's signature. */
  public SevCertificate sign(SevCertificate cek) {
    return CertificateSigner.signCek(cek, key);
  }

  private static AmdCertificate certificate(
      byte[] id, byte[] certifyingId, SevCertificate.Usage usage, KeyPair pair)
      throws GeneralSecurityException, MalformedCertificateException {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + 3 * BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(VERSION)
            .put(id)
            .put(certifyingId)
            .putInt(usage.value())
            .position(HEADER - 2 * Integer.BYTES)
            .putInt(BITS)
            .putInt(BITS)
            .put(littleEndian(key.getPublicExponent().toByteArray()))
            .put(littleEndian(key.getModulus().toByteArray()));
    Signature signature = Signature.getInstance("RSASSA-PSS");
    signature.setParameter(
        new PSSParameterSpec(
            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC));
    signature.initSign(pair.getPrivate());
    signature.update(out.array(), 0, out.position());
    out.put(littleEndian(signature.sign()));
    return AmdCertificate.parse(out.array());
  }

  private static byte[] littleEndian(byte[] number) {
    byte[] bytes = new BigInteger(1, number).toByteArray();
    byte[] reversed = new byte[BYTES];
    for (int i = 0; i < Math.min(bytes.length, BYTES); i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return Arrays.copyOf(reversed, BYTES);
  }
}
