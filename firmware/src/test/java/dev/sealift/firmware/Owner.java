package dev.sealift.firmware;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;

/** Who owns several platforms: one OCA key over all their PEKs. */
final class Owner {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ApiVersion API = new ApiVersion(1, 55);

  private final KeyPair key = P384.generate(RANDOM);
  private final SevCertificate oca =
      CertificateSigner.sign(
          unsigned(Usage.OCA, Algorithm.ECDSA_SHA256, key), 0, Usage.OCA, privateKey(key));

  /** A platform of this owner. */
  TestMachine platform() {
    ChipKeys chip = ChipKeys.generate(RANDOM);
    PlatformStore store = new InMemoryPlatformStore();
    try {
      store.save(identity(chip));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return TestMachine.ready(builder -> builder.chip(chip).store(store));
  }

  /** The identity of a platform of this owner. */
  PlatformIdentity identity(ChipKeys chip) {
    KeyPair pekPair = P384.generate(RANDOM);
    SevCertificate byOwner =
        CertificateSigner.sign(
            unsigned(Usage.PEK, Algorithm.ECDSA_SHA256, pekPair), 0, Usage.OCA, privateKey(key));
    SevCertificate pek = CertificateSigner.sign(byOwner, 1, Usage.CEK, chip.cekPrivate());
    KeyPair pdhPair = P384.generate(RANDOM);
    SevCertificate pdh =
        CertificateSigner.sign(
            unsigned(Usage.PDH, Algorithm.ECDH_SHA256, pdhPair), 0, Usage.PEK, privateKey(pekPair));
    return new PlatformIdentity(
        oca,
        null,
        new CertifiedKey(privateKey(pekPair), pek),
        new CertifiedKey(privateKey(pdhPair), pdh));
  }

  SevCertificate certificate() {
    return oca;
  }

  /** A PEK certificate with the owner's signature alone. */
  SevCertificate sign(SevCertificate pek) {
    return CertificateSigner.sign(pek.withoutSignatures(), 0, Usage.OCA, privateKey(key));
  }

  private static SevCertificate unsigned(Usage usage, Algorithm algorithm, KeyPair pair) {
    return SevCertificate.unsigned(usage, algorithm, API, (ECPublicKey) pair.getPublic());
  }

  private static ECPrivateKey privateKey(KeyPair pair) {
    return (ECPrivateKey) pair.getPrivate();
  }
}
