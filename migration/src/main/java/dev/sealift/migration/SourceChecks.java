package dev.sealift.migration;

import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.MigrationControl;
import dev.sealift.vmm.VmmException;
import java.util.Arrays;

/**
 * What the source makes sure of before SEND_START. The firmware checks most of it again; here it is
 * checked whatever the policy's bits are, and refused in a sentence.
 */
final class SourceChecks {
  private SourceChecks() {}

  /** Whether the guest may be sent at all. */
  static void policy(GuestPolicy policy) throws MigrationException {
    if (policy.noSend()) {
      throw refused(
          "the guest's policy says NOSEND: it was launched never to leave its platform, and a policy"
              + " cannot be changed; a guest that shall move must be launched without NOSEND");
    }
  }

  /** Whether this host's kernel can send the registers of the guest, where they are encrypted. */
  static void registers(Guest guest, GuestPolicy policy) throws MigrationException, VmmException {
    if (policy.es() && !guest.sev().offersVmsaPackets()) {
      throw refused(
          "the guest's policy says ES, and this host's kernel cannot send encrypted registers: mainline Linux has a number for SEND_UPDATE_VMSA but nothing behind it; use a kernel that serves it on both hosts, or launch a guest that shall move without ES");
    }
  }

  /** Whether the destination's software knows how registers travel that are encrypted. */
  static void version(Message.Welcome welcome, GuestPolicy policy) throws MigrationException {
    if (policy.es() && welcome.version() < Protocol.SEV_ES_VERSION) {
      throw refused(
          "the guest's policy says ES, but the destination speaks version %d of the protocol, which has no message for encrypted registers (version %d has); update its software"
              .formatted(welcome.version(), Protocol.SEV_ES_VERSION));
    }
  }

  /**
   * Whether the guest has said that its host knows all about its pages: which are private and which
   * shared. A page that is sent by the wrong way is lost.
   */
  static void readiness(MigrationControl.Readiness readiness) throws MigrationException {
    switch (readiness) {
      case READY -> {}
      case SILENT ->
          throw new MigrationException(
              FailureCode.GUEST_NOT_READY,
              "the guest has not said that it may be moved: it must announce its shared pages by"
                  + " KVM_HC_MAP_GPA_RANGE and then set bit 0 of MSR_KVM_MIGRATION_CONTROL"
                  + " (0x4b564d08); let it boot to the end, or give it a kernel that does so");
      case WITHDRAWN ->
          throw new MigrationException(
              FailureCode.GUEST_NOT_READY,
              "the guest has taken back that it may be moved (it cleared bit 0 of"
                  + " MSR_KVM_MIGRATION_CONTROL, as before it starts another kernel); wait until it"
                  + " sets it again");
    }
  }

  /**
   * Whether the destination may have the guest: its certificates lead to the root, its firmware is
   * new enough, and where the policy says DOMAIN both platforms have the same owner.
   */
  static PlatformChain destination(
      Message.Welcome welcome, RootOfTrust root, GuestPolicy policy, ExportedCertificates own)
      throws MigrationException {
    PlatformChain chain;
    try {
      chain =
          PlatformChain.parse(
              welcome.pdh(), welcome.platformCertificates(), welcome.amdCertificates());
    } catch (MalformedCertificateException malformed) {
      throw new MigrationException(
          FailureCode.CHAIN_REFUSED,
          "the destination's platform certificates are malformed: " + malformed.getMessage(),
          malformed);
    }
    ChainVerdict verdict = chain.verify(root);
    if (!verdict.holds()) {
      throw new MigrationException(
          FailureCode.CHAIN_REFUSED,
          "the destination's platform is not one of %s: %s"
              .formatted(root.name(), verdict.firstFault()));
    }
    if (!policy.allowsApi(chain.pek().api())) {
      throw refused(
          "the guest's policy asks for firmware API %s or later, but the destination has %s; update its firmware or choose another destination"
              .formatted(policy.minimumApi(), chain.pek().api()));
    }
    if (policy.domain() && !Arrays.equals(chain.oca().bytes(), oca(own))) {
      throw refused(
          "the guest's policy says DOMAIN, but the destination belongs to another owner (its OCA certificate differs)");
    }
    return chain;
  }

  private static byte[] oca(ExportedCertificates own) {
    return Arrays.copyOfRange(own.chain(), SevLimits.CERTIFICATE, 2 * SevLimits.CERTIFICATE);
  }

  private static MigrationException refused(String sentence) {
    return new MigrationException(FailureCode.POLICY_REFUSED, sentence);
  }
}
