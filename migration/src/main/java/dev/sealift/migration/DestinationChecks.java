package dev.sealift.migration;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.access.PeerIdentity;
import dev.sealift.migration.access.Right;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.VmmException;

/** What the destination makes sure of before it makes a guest. */
final class DestinationChecks {
  private DestinationChecks() {}

  /**
   * Whether a peer may send guests to this host at all; asked before it is answered.
   *
   * @throws MigrationException PEER_NOT_TRUSTED if not
   */
  static void peer(AllowedPeers peers, ControlConnection source) throws MigrationException {
    peers.check(PeerIdentity.of(source.peerCertificate()), Right.SEND);
  }

  /**
   * Whether the source may send this guest to this host.
   *
   * @throws MigrationException PEER_NOT_TRUSTED if not
   */
  static void peer(AllowedPeers peers, ControlConnection source, GuestConfiguration guest)
      throws MigrationException {
    peers.check(PeerIdentity.of(source.peerCertificate()), Right.SEND, guest.name());
  }

  /** Reads the guest's configuration and refuses a guest that this host cannot take. */
  static GuestConfiguration guest(
      Message.Guest guest, DestinationOptions options, PlatformStatus platform)
      throws MigrationException {
    GuestConfiguration configuration;
    try {
      configuration = GuestConfiguration.decode(guest.configuration());
    } catch (VmmException malformed) {
      throw new MigrationException(
          FailureCode.MALFORMED, "GUEST: " + malformed.getMessage(), malformed);
    }
    if (configuration.policy() != guest.policy()) {
      throw new MigrationException(
          FailureCode.MALFORMED, "GUEST: the configuration names another policy");
    }
    if (configuration.memoryBytes() > options.maxGuestBytes()) {
      throw refused(
          "the guest has %d MiB of memory, but this destination takes guests of up to %d MiB"
              .formatted(configuration.memoryBytes() >> 20, options.maxGuestBytes() >> 20));
    }
    if (guest.dataConnections() > options.maxDataConnections()) {
      throw refused(
          "the source wants %d data connections, but this destination takes up to %d"
              .formatted(guest.dataConnections(), options.maxDataConnections()));
    }
    checkPolicy(new GuestPolicy(guest.policy()), platform);
    return configuration;
  }

  /** Whether this host's kernel can receive the registers of the guest, if they are encrypted. */
  static void registers(Guest guest) throws MigrationException, VmmException {
    boolean encrypted = guest.configuration().mode() == SevMode.SEV_ES;
    if (encrypted && !guest.sev().offersVmsaPackets()) {
      throw refused(
          "the guest's policy says ES, and this destination's kernel cannot receive encrypted registers: mainline Linux has a number for RECEIVE_UPDATE_VMSA but nothing behind it; use a kernel that serves it");
    }
  }

  private static void checkPolicy(GuestPolicy policy, PlatformStatus platform)
      throws MigrationException {
    if (policy.noSend()) {
      throw new MigrationException(
          FailureCode.POLICY_REFUSED, "no source can send a guest whose policy is " + policy);
    }
    if (!policy.allowsApi(platform.apiMajor(), platform.apiMinor())) {
      throw new MigrationException(
          FailureCode.POLICY_REFUSED,
          "the guest's policy asks for firmware API %s or later, but this destination has %d.%d"
              .formatted(policy.minimumApi(), platform.apiMajor(), platform.apiMinor()));
    }
  }

  private static MigrationException refused(String sentence) {
    return new MigrationException(FailureCode.GUEST_REFUSED, sentence);
  }
}
