package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;

import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import java.lang.foreign.MemorySegment;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a guest's policy asks of the platform that it is to be sent to. SEV: its chain leads to the
 * root of this platform, and its firmware is new enough. DOMAIN: it has the same owner. With
 * neither, any well-formed PDH certificate is a target.
 *
 * <p>Source: AMD publication 55766, SEND_START.
 */
final class TargetChecks {

  /** ASK and ARK of 2048 and 4096 bits, by the firmware's own formula for their length. */
  private static final Set<Long> AMD_LENGTHS = Set.of(1664L, 2176L, 2688L, 3200L);

  private final Platform platform;

  TargetChecks(Platform platform) {
    this.platform = platform;
  }

  /**
   * The target's Diffie-Hellman key. Every certificate is read once, so that what was checked is
   * what is used.
   */
  ECPublicKey check(SendStartBuffer command, GuestPolicy policy) throws Refusal {
    boolean chained = policy.sev() || policy.domain();
    Refusal.unless(!chained || command.platCertsLen() == PlatformChain.PLATFORM_SIZE, INVALID_LEN);
    Refusal.unless(command.pdhCertLen() == SevCertificate.SIZE, INVALID_LEN);
    Refusal.unless(!policy.sev() || AMD_LENGTHS.contains(command.amdCertsLen()), INVALID_LEN);
    try {
      SevCertificate pdh =
          SevCertificate.parse(read(command.pdhCertAddress(), command.pdhCertLen()));
      if (chained) {
        byte[] chain = read(command.platCertsAddress(), command.platCertsLen());
        SevCertificate pek = at(chain, 0);
        if (policy.sev()) {
          byte[] amd = read(command.amdCertsAddress(), command.amdCertsLen());
          checkPlatform(pdh, pek, at(chain, 2), AmdCertificate.parseChain(amd), policy);
        }
        if (policy.domain()) {
          checkOwner(pdh, pek, at(chain, 1));
        }
      }
      Refusal.unlessSuccess(CertificateChecks.checkPdhBody(pdh));
      return pdh.publicKey();
    } catch (MalformedCertificateException e) {
      throw new Refusal(INVALID_CERTIFICATE);
    }
  }

  private void checkPlatform(
      SevCertificate pdh,
      SevCertificate pek,
      SevCertificate cek,
      List<AmdCertificate> askAndArk,
      GuestPolicy policy)
      throws Refusal {
    AmdCertificate ask = askAndArk.getFirst();
    AmdCertificate ark = askAndArk.getLast();
    Refusal.unlessSuccess(CertificateChecks.verifyArk(ark, platform.settings().root()));
    Refusal.unlessSuccess(CertificateChecks.verifyAsk(ask, ark));
    // The firmware takes every ASK for an RSA-SHA384 key: the chain of a part older than Rome never
    // holds.
    Refusal.unlessSuccess(CertificateChecks.verifyCek(cek, ask, Algorithm.RSA_SHA384));
    Refusal.unlessSuccess(CertificateChecks.verify(pek, cek));
    Refusal.unlessSuccess(CertificateChecks.verify(pdh, pek));
    Refusal.unless(policy.allowsApi(pek.api()), POLICY_FAILURE);
  }

  private void checkOwner(SevCertificate pdh, SevCertificate pek, SevCertificate oca)
      throws Refusal {
    Refusal.unlessSuccess(CertificateChecks.verify(oca, oca));
    Refusal.unlessSuccess(CertificateChecks.verify(pek, oca));
    Refusal.unlessSuccess(CertificateChecks.verify(pdh, pek));
    Refusal.unless(oca.equals(platform.identity().oca()), POLICY_FAILURE);
  }

  private static SevCertificate at(byte[] chain, int place) throws MalformedCertificateException {
    int start = place * SevCertificate.SIZE;
    return SevCertificate.parse(Arrays.copyOfRange(chain, start, start + SevCertificate.SIZE));
  }

  /** Of a length that has been checked. */
  private byte[] read(long address, long length) throws Refusal {
    byte[] bytes = new byte[(int) length];
    platform.memory().readHost(address, MemorySegment.ofArray(bytes));
    return bytes;
  }
}
