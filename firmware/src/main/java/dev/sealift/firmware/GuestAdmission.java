package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;
import static dev.sealift.abi.FirmwareStatus.UNSUPPORTED;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.lang.foreign.MemorySegment;
import java.security.interfaces.ECPublicKey;

/**
 * What LAUNCH_START and RECEIVE_START have in common: opening a session that was made for this
 * platform, and taking the new guest in.
 *
 * <p>Source: AMD publication 55766, LAUNCH_START and RECEIVE_START.
 */
final class GuestAdmission {
  private static final int ENCRYPTION_SEED_SIZE = 32;

  private final Platform platform;

  GuestAdmission(Platform platform) {
    this.platform = platform;
  }

  /**
   * Opens a session. Who made it is not asked: neither the certificate's signatures nor its API
   * version are looked at.
   *
   * @return its keys, which the caller must hand on or close
   */
  TransportKeys openSession(
      long certificateAddress,
      long certificateLength,
      long sessionAddress,
      long sessionLength,
      GuestPolicy policy)
      throws Refusal {
    Refusal.unless(sessionLength == Session.SIZE, INVALID_LEN);
    byte[] session = new byte[Session.SIZE];
    platform.memory().readHost(sessionAddress, MemorySegment.ofArray(session));
    Refusal.unless(certificateLength == SevCertificate.SIZE, INVALID_LEN);
    byte[] certificate = new byte[SevCertificate.SIZE];
    platform.memory().readHost(certificateAddress, MemorySegment.ofArray(certificate));

    ECPublicKey maker = diffieHellmanKey(certificate);
    TransportKeys keys =
        switch (Session.open(session, platform.identity().pdh().privateKey(), maker, policy)) {
          case Session.Opened opened -> opened.keys();
          case Session.Refused refused -> throw new Refusal(refused.status());
        };
    if (!policy.allowsApi(platform.settings().api()) || policy.reservedBitsSet()) {
      keys.close();
      throw new Refusal(POLICY_FAILURE);
    }
    return keys;
  }

  private static ECPublicKey diffieHellmanKey(byte[] bytes) throws Refusal {
    try {
      SevCertificate certificate = SevCertificate.parse(bytes);
      Refusal.unlessSuccess(CertificateChecks.checkPdhBody(certificate));
      return certificate.publicKey();
    } catch (MalformedCertificateException e) {
      throw new Refusal(INVALID_CERTIFICATE);
    }
  }

  /**
   * Takes a new guest in.
   *
   * @param sharedHandle zero for a memory key of its own, or the guest to share one with
   * @param keys become the guest's, or are closed where it is refused
   */
  Guest admit(int sharedHandle, GuestPolicy policy, GuestState state, TransportKeys keys)
      throws Refusal {
    try {
      Guest sharer = sharedHandle == 0 ? null : platform.guests().get(sharedHandle);
      if (sharer != null) {
        Refusal.unless(sharer.policy().equals(policy) && !policy.noKeySharing(), POLICY_FAILURE);
      }
      int handle = platform.guests().freeHandle();
      Refusal.unless(!policy.es() || platform.es(), UNSUPPORTED);
      SecretBytes seed =
          sharer == null
              ? SecretBytes.random(platform.settings().random(), ENCRYPTION_SEED_SIZE)
              : sharer.encryptionSeed().open(SecretBytes::copyOf);
      Guest guest = new Guest(handle, policy, state, seed, keys);
      platform.admit(guest);
      return guest;
    } catch (Refusal refusal) {
      keys.close();
      throw refusal;
    }
  }
}
