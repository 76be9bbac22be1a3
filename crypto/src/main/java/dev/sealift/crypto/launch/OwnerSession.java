package dev.sealift.crypto.launch;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;

/**
 * A guest owner's session with one platform, for one launch of one guest: LAUNCH_START takes the
 * certificate and the session, the owner keeps the keys.
 *
 * <p>The private key behind the certificate is used once and forgotten. Whoever makes a session
 * should have verified the platform's chain first ({@link
 * dev.sealift.crypto.cert.PlatformChain#verify}): a session with anybody's PDH is as easily made.
 * Source: AMD publication 55766, LAUNCH_START.
 */
public final class OwnerSession implements AutoCloseable {
  private final GuestPolicy policy;
  private final SevCertificate certificate;
  private final byte[] session;
  private final TransportKeys keys;

  private OwnerSession(
      GuestPolicy policy, SevCertificate certificate, byte[] session, TransportKeys keys) {
    this.policy = policy;
    this.certificate = certificate;
    this.session = session;
    this.keys = keys;
  }

  /**
   * Makes a session with fresh keys.
   *
   * @param pdh the platform's PDH certificate
   * @param policy the policy that the guest is to be launched with, and no other
   * @throws MalformedCertificateException if the certificate is not a PDH on P-384
   */
  public static OwnerSession create(SevCertificate pdh, GuestPolicy policy, SecureRandom random)
      throws MalformedCertificateException {
    ECPublicKey platform = CertificateChecks.keyOfPdh(pdh);
    KeyPair own = P384.generate(random);
    Session.Created created =
        Session.create((ECPrivateKey) own.getPrivate(), platform, policy, random);
    SevCertificate certificate =
        SevCertificate.unsigned(
            SevCertificate.Usage.PDH,
            SevCertificate.Algorithm.ECDH_SHA256,
            pdh.api(),
            (ECPublicKey) own.getPublic());
    return new OwnerSession(policy, certificate, created.blob(), created.keys());
  }

  /** The policy that the session was made for. */
  public GuestPolicy policy() {
    return policy;
  }

  /**
   * The owner's certificate (godh), 2084 bytes, unsigned; QEMU's dh-cert-file holds it in base64.
   */
  public SevCertificate certificate() {
    return certificate;
  }

  /** The session, 128 bytes; QEMU's session-file holds it in base64. */
  public byte[] session() {
    return session.clone();
  }

  /** TEK and TIK, the owner's secrets, wiped when this is closed. */
  public TransportKeys keys() {
    return keys;
  }

  /**
   * Whether a platform measured what was expected, under this session and its policy.
   *
   * @param reported what the platform reports
   * @param api the platform's API version
   * @param build the platform's build number, 0 to 255
   * @param launchDigest the digest of what was expected to be launched, 32 bytes
   */
  public boolean accepts(
      ReportedMeasurement reported, ApiVersion api, int build, byte[] launchDigest) {
    return reported.hasMac(
        LaunchMeasurement.compute(keys, api, build, policy, launchDigest, reported.nonce()));
  }

  /** Wipes the keys. */
  @Override
  public void close() {
    keys.close();
  }
}
