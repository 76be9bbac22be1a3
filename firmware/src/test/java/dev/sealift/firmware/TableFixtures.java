package dev.sealift.firmware;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keys and certificates that all scenarios share, because making them takes long. */
final class TableFixtures {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ApiVersion API = new ApiVersion(1, 55);
  private static final KeyPair PEER = P384.generate(RANDOM);
  private static final Map<List<Object>, Session.Created> SESSIONS = new ConcurrentHashMap<>();

  static final ChipKeys CHIP = ChipKeys.generate(RANDOM);
  static final PlatformIdentity SELF_OWNED = Identities.fresh();

  /** Source and target of one owner. */
  static final Owner OWNER = new Owner();

  static final PlatformIdentity OWNED = OWNER.identity(CHIP);
  private static final ChipKeys TARGET_CHIP = ChipKeys.generate(RANDOM);
  static final PlatformIdentity TARGET = OWNER.identity(TARGET_CHIP);
  static final SevCertificate TARGET_CEK = cek(TARGET_CHIP);

  /** A target of another owner. */
  static final PlatformIdentity FOREIGN = new Owner().identity(TARGET_CHIP);

  /** What a guest owner or a sender shows: nobody asks who signed it. */
  static final SevCertificate PEER_CERTIFICATE =
      SevCertificate.unsigned(
          Usage.PDH, Algorithm.ECDH_SHA256, API, (ECPublicKey) PEER.getPublic());

  private TableFixtures() {}

  private static SevCertificate cek(ChipKeys chip) {
    return Roots.model()
        .sign(SevCertificate.unsigned(Usage.CEK, Algorithm.ECDSA_SHA256, API, chip.cekPublic()));
  }

  /** A session of the peer with a platform, one a policy. */
  static Session.Created session(GuestPolicy policy, PlatformIdentity platform) {
    return SESSIONS.computeIfAbsent(
        List.of(policy, platform.pdh().certificate()),
        key -> {
          try {
            return Session.create(
                (ECPrivateKey) PEER.getPrivate(),
                platform.pdh().certificate().publicKey(),
                policy,
                RANDOM);
          } catch (MalformedCertificateException e) {
            throw new AssertionError(e);
          }
        });
  }
}
