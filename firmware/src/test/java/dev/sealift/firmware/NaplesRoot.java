package dev.sealift.firmware;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/** A root as that of Naples: RSA keys of 2048 bits, and SHA-256. */
final class NaplesRoot {
  private static final int KEY_BYTES = 256;

  final AmdCertificate ark;
  final AmdCertificate ask;
  private final RSAPrivateKey askKey;

  NaplesRoot() throws GeneralSecurityException, MalformedCertificateException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(8 * KEY_BYTES);
    KeyPair arkPair = generator.generateKeyPair();
    KeyPair askPair = generator.generateKeyPair();
    askKey = (RSAPrivateKey) askPair.getPrivate();
    ark = certificate(1, Usage.ARK, (RSAPublicKey) arkPair.getPublic(), arkPair.getPrivate());
    ask = certificate(2, Usage.ASK, (RSAPublicKey) askPair.getPublic(), arkPair.getPrivate());
  }

  private static AmdCertificate certificate(
      int id, Usage usage, RSAPublicKey key, PrivateKey signer)
      throws GeneralSecurityException, MalformedCertificateException {
    ByteBuffer bytes = ByteBuffer.allocate(64 + 3 * KEY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(1);
    bytes.put(4, new byte[] {(byte) id}).put(20, new byte[] {1});
    bytes.putInt(36, usage.value()).putInt(56, 8 * KEY_BYTES).putInt(60, 8 * KEY_BYTES);
    bytes.put(64, littleEndian(key.getPublicExponent()));
    bytes.put(64 + KEY_BYTES, littleEndian(key.getModulus()));
    Signature signature = Signature.getInstance("RSASSA-PSS");
    signature.setParameter(
        new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    signature.initSign(signer);
    signature.update(bytes.array(), 0, 64 + 2 * KEY_BYTES);
    bytes.put(64 + 2 * KEY_BYTES, littleEndian(new BigInteger(1, signature.sign())));
    return AmdCertificate.parse(bytes.array());
  }

  private static byte[] littleEndian(BigInteger number) {
    byte[] bytes = new byte[KEY_BYTES];
    byte[] big = number.toByteArray();
    for (int i = 0; i < Math.min(big.length, KEY_BYTES); i++) {
      bytes[i] = big[big.length - 1 - i];
    }
    return bytes;
  }

  /** A platform's chain, led to this root. */
  PlatformChain over(PlatformChain chain) {
    return new PlatformChain(
        chain.pdh(),
        chain.pek(),
        chain.oca(),
        CertificateSigner.signCek(chain.cek().withoutSignatures(), askKey),
        ask,
        ark);
  }
}
