package dev.sealift.crypto.cert;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;

/** A platform under a root of its own, with keys of 2048 bits as on Naples: quick to make. */
final class TestPlatform {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ApiVersion API = new ApiVersion(0, 16);

  final AmdCertificate ark;
  final AmdCertificate ask;
  final SevCertificate unsignedCek;
  final SevCertificate cek;
  final OwnerAuthority owner = OwnerAuthority.create(RANDOM);
  final SevCertificate csr;
  final SevCertificate pek;
  final SevCertificate pdh;

  TestPlatform(String arkId, String askId) {
    KeyPair arkPair = rsa();
    KeyPair askPair = rsa();
    KeyPair cekPair = P384.generate(RANDOM);
    KeyPair pekPair = P384.generate(RANDOM);
    KeyPair pdhPair = P384.generate(RANDOM);
    RSAPrivateKey arkKey = (RSAPrivateKey) arkPair.getPrivate();
    ark = issue(arkId, arkId, Usage.ARK, arkPair, arkKey);
    ask = issue(askId, arkId, Usage.ASK, askPair, arkKey);
    unsignedCek = certificate(Usage.CEK, Algorithm.ECDSA_SHA256, cekPair);
    cek =
        CertificateSigner.signCek(
            SevCertificate.unsigned(
                Usage.CEK,
                Algorithm.ECDSA_SHA256,
                new ApiVersion(0, 14),
                (ECPublicKey) cekPair.getPublic()),
            (RSAPrivateKey) askPair.getPrivate());
    csr = certificate(Usage.PEK, Algorithm.ECDSA_SHA256, pekPair);
    try {
      pek =
          CertificateSigner.sign(
              owner.sign(csr), 1, Usage.CEK, (ECPrivateKey) cekPair.getPrivate());
    } catch (MalformedCertificateException e) {
      throw new AssertionError(e);
    }
    pdh =
        CertificateSigner.sign(
            certificate(Usage.PDH, Algorithm.ECDH_SHA256, pdhPair),
            0,
            Usage.PEK,
            (ECPrivateKey) pekPair.getPrivate());
  }

  TestPlatform() {
    this("A ROOT FOR TESTS", "ITS SIGNING KEY.");
  }

  SevCertificate oca() {
    return owner.certificate();
  }

  RootOfTrust root() {
    return RootOfTrust.of("the test's root", ark);
  }

  List<Certificate> chain() {
    return List.of(pdh, pek, oca(), cek, ask, ark);
  }

  private static AmdCertificate issue(
      String id, String certifyingId, Usage usage, KeyPair pair, RSAPrivateKey signer) {
    return AmdCertificate.issue(
        id.getBytes(StandardCharsets.ISO_8859_1),
        certifyingId.getBytes(StandardCharsets.ISO_8859_1),
        usage,
        (RSAPublicKey) pair.getPublic(),
        signer);
  }

  private static SevCertificate certificate(Usage usage, Algorithm algorithm, KeyPair pair) {
    return SevCertificate.unsigned(usage, algorithm, API, (ECPublicKey) pair.getPublic());
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048, RANDOM);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
