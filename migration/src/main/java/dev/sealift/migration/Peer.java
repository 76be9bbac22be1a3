package dev.sealift.migration;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.migration.trust.FirmwareVersion;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;

/**
 * The platform at the other end of a move: what it shows, and whether this host's policy allows it.
 */
enum Peer {
  SOURCE("the source"),
  DESTINATION("the destination");

  private final String words;

  Peer(String words) {
    this.words = words;
  }

  /** What a platform of this host shows. */
  static PlatformCredentials own(SevPlatform platform, PlatformChain chain) throws VmmException {
    PlatformStatus status = platform.status();
    return new PlatformCredentials(
        platform.chipId(),
        new FirmwareVersion(new ApiVersion(status.apiMajor(), status.apiMinor()), status.build()),
        chain);
  }

  /**
   * Reads what this peer shows.
   *
   * @throws MigrationException CHAIN_REFUSED if it is malformed
   */
  PlatformCredentials read(byte[] credentials) throws MigrationException {
    try {
      return PlatformCredentials.decode(credentials);
    } catch (MalformedCertificateException malformed) {
      throw new MigrationException(
          FailureCode.CHAIN_REFUSED,
          "%s's platform certificates are malformed: %s".formatted(words, malformed.getMessage()),
          malformed);
    }
  }

  /** Holds what this peer shows against a policy. */
  Verdict judge(
      PlatformCredentials credentials, MovePolicy policy, PlatformChain own, GuestPolicy guest) {
    return policy.evaluate(words, credentials, own, guest);
  }

  /**
   * Refuses a verdict that does not hold.
   *
   * @throws MigrationException CHAIN_REFUSED or POLICY_REFUSED, with every broken rule
   */
  static void check(Verdict verdict) throws MigrationException {
    if (!verdict.holds()) {
      throw new MigrationException(
          verdict.keeps(MovePolicy.CHAIN) ? FailureCode.POLICY_REFUSED : FailureCode.CHAIN_REFUSED,
          verdict.faults());
    }
  }
}
