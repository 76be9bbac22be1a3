package dev.sealift.migration;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.access.PeerIdentity;
import dev.sealift.migration.access.Right;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.MigrationControl;
import dev.sealift.vmm.VmmException;

/**
 * What the source makes sure of before SEND_START. The firmware checks most of it again; here it is
 * checked whatever the policy's bits are, and refused in a sentence.
 */
final class SourceChecks {
  private SourceChecks() {}

  /**
   * Whether the destination may receive the guest from this host.
   *
   * @throws MigrationException PEER_NOT_TRUSTED if not
   */
  static void peer(AllowedPeers peers, ControlConnection destination, Guest guest)
      throws MigrationException {
    peers.check(
        PeerIdentity.of(destination.peerCertificate()),
        Right.RECEIVE,
        guest.configuration().name());
  }

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

  private static MigrationException refused(String sentence) {
    return new MigrationException(FailureCode.POLICY_REFUSED, sentence);
  }
}
