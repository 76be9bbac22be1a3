package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.BAD_SIGNATURE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import java.security.interfaces.ECPublicKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Faults of certificates: what a guest's policy asks of the platform that it is to be sent to, and
 * what a platform asks of its new owner. SEV: the target's chain leads to the root of this
 * platform, and its firmware is new enough. DOMAIN: it has the same owner. With neither, any
 * well-formed PDH certificate is a target.
 *
 * <p>Source: AMD publication 55766, SEND_START, PEK_CERT_IMPORT and certificate validation.
 */
final class TargetChecks {

  /** ASK and ARK of 2048 and 4096 bits, by the firmware's own formula for their length. */
  private static final Set<Long> FIRMWARES_LENGTHS = Set.of(1664L, 2176L, 2688L, 3200L);

  /** The lengths that such pairs really have. */
  private static final Set<Long> TRUE_LENGTHS = Set.of(1664L, 2432L, 3200L);

  private final Platform platform;
  private final PresentedCertificates presented;

  /** One verdict an edge of the chain, for the two faults that it may find. */
  private final Map<String, FirmwareStatus> verdicts = new HashMap<>();

  TargetChecks(Platform platform, PresentedCertificates presented) {
    this.platform = platform;
    this.presented = presented;
  }

  private interface Verdict {
    FirmwareStatus on(Call call) throws Refusal;
  }

  void bind(Bindings bindings) {
    FirmwareProfile profile = platform.settings().profile();
    Set<Long> amdLengths =
        profile.has(FirmwareQuirk.MIXED_AMD_CERTS_LEN) ? FIRMWARES_LENGTHS : TRUE_LENGTHS;
    bindings.check(
        "amd_certs_len is not that of an ASK and an ARK",
        call -> !amdLengths.contains(SendStartBuffer.read(call.buffer()).amdCertsLen()));
    bindings.check("ASK and ARK are malformed", call -> !presented.readAmd(call));
    edge(
        bindings,
        "ARK under itself",
        "malformed, or not the root",
        call -> CertificateChecks.verifyArk(presented.ark(), platform.settings().root()));
    edge(
        bindings,
        "ASK under ARK",
        "malformed",
        call -> CertificateChecks.verifyAsk(presented.ask(), presented.ark()));
    edge(
        bindings,
        "CEK under ASK",
        "no signature, or malformed",
        profile.has(FirmwareQuirk.ASK_TAKEN_FOR_RSA_SHA384)
            ? call ->
                CertificateChecks.verifyCek(
                    presented.cek(call), presented.ask(), Algorithm.RSA_SHA384)
            : call -> CertificateChecks.verifyCek(presented.cek(call), presented.ask()));
    under(bindings, "PEK under CEK", presented::pek, presented::cek);
    under(bindings, "PDH under PEK", presented::pdh, presented::pek);
    under(bindings, "OCA under itself", presented::oca, presented::oca);
    under(bindings, "PEK under OCA", presented::pek, presented::oca);
    bindings.check(
        "the PEK's API is older than the policy asks for",
        call -> !call.guest().policy().allowsApi(presented.pek(call).api()));
    bindings.check(
        "the OCA is another owner's",
        call -> !presented.oca(call).equals(platform.identity().oca()));
    bindings.check(
        "the PDH certificate is not of a Diffie-Hellman key",
        call -> CertificateChecks.checkPdhBody(presented.pdh(call)) != SUCCESS);
    bindings.afterwards(() -> {
      presented.forget();
      verdicts.clear();
    });
  }

  private interface Presented {
    SevCertificate of(Call call) throws Refusal;
  }

  private void under(Bindings bindings, String edge, Presented certificate, Presented signer) {
    edge(
        bindings,
        edge,
        "no signature, or malformed",
        call -> CertificateChecks.verify(certificate.of(call), signer.of(call)));
  }

  private void edge(Bindings bindings, String edge, String otherwise, Verdict verdict) {
    bindings.check(edge + ": wrong signature", call -> judge(edge, verdict, call) == BAD_SIGNATURE);
    bindings.check(
        edge + ": " + otherwise,
        call -> {
          FirmwareStatus status = judge(edge, verdict, call);
          return status != SUCCESS && status != BAD_SIGNATURE;
        });
  }

  private FirmwareStatus judge(String edge, Verdict verdict, Call call) throws Refusal {
    FirmwareStatus known = verdicts.get(edge);
    if (known == null) {
      known = verdict.on(call);
      verdicts.put(edge, known);
    }
    return known;
  }

  /** The target's Diffie-Hellman key, once it was checked. */
  ECPublicKey key(Call call) throws Refusal {
    try {
      return presented.pdh(call).publicKey();
    } catch (MalformedCertificateException e) {
      throw new IllegalStateException("the table uses a key before it is checked", e);
    }
  }
}
