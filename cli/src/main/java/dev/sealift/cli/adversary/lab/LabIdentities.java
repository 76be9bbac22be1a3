package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.HostIdentity;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.migration.access.HostCredentials;
import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.access.PeerTrust;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * Who is who in the lab.
 *
 * @param source trusts the destination
 * @param destination trusts the source and the neighbour
 * @param neighbour another source that the destination trusts as much
 * @param stranger has a certificate for the same address, which nobody trusts; trusts the source
 */
record LabIdentities(
    SSLContext source, SSLContext destination, SSLContext neighbour, SSLContext stranger) {

  static LabIdentities create(SecureRandom random) throws GeneralSecurityException {
    HostCredentials source = host("lab source", random);
    HostCredentials destination = host("lab destination", random);
    HostCredentials neighbour = host("lab neighbour", random);
    HostCredentials stranger = host("lab destination", random);
    return new LabIdentities(
        source.context(trust(destination)),
        destination.context(trust(source, neighbour)),
        neighbour.context(trust(destination)),
        stranger.context(trust(source)));
  }

  private static HostCredentials host(String name, SecureRandom random)
      throws GeneralSecurityException {
    return HostIdentity.create(name, HostTrust.LOOPBACK, random).credentials();
  }

  private static PeerTrust trust(HostCredentials... peers) {
    Set<KeyFingerprint> keys =
        Stream.of(peers).map(peer -> peer.identity().key()).collect(Collectors.toSet());
    return new PeerTrust(keys, List.of());
  }
}
