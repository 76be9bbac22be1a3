package dev.sealift.migration.access;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which peers a host speaks to, beyond those that it can tell by their TLS certificates, and what
 * each of them may do. Whoever is not on the list may do nothing.
 *
 * <p>A peer whose key is on the list is judged by the lines with its key and by no others: the
 * names in its certificate do not count.
 */
public final class AllowedPeers {
  private static final AllowedPeers ANY_TRUSTED = new AllowedPeers(List.of(), true);

  private final @Nullable Supplier<AllowedPeers> current;
  private final List<AllowedPeer> peers;
  private final boolean anyTrusted;
  private final Set<KeyFingerprint> keys = new HashSet<>();

  private AllowedPeers(List<AllowedPeer> peers, boolean anyTrusted) {
    this.current = null;
    this.peers = List.copyOf(peers);
    this.anyTrusted = anyTrusted;
    for (AllowedPeer peer : peers) {
      if (peer.who() instanceof AllowedPeer.Key(KeyFingerprint fingerprint)) {
        keys.add(fingerprint);
      }
    }
  }

  private AllowedPeers(Supplier<AllowedPeers> current) {
    this.current = current;
    this.peers = List.of();
    this.anyTrusted = false;
  }

  /**
   * Whoever is allowed at the moment: a list that may change while a host runs.
   *
   * @param current asked whenever somebody comes; answers soon, on any thread
   */
  public static AllowedPeers following(Supplier<AllowedPeers> current) {
    return new AllowedPeers(current);
  }

  private AllowedPeers now() {
    return current == null ? this : current.get();
  }

  /** These peers and nobody else. */
  public static AllowedPeers of(List<AllowedPeer> peers) {
    return new AllowedPeers(peers, false);
  }

  /**
   * Everybody whose TLS certificate is believed may do everything: for two hosts that believe
   * nobody but each other.
   */
  public static AllowedPeers anyTrusted() {
    return ANY_TRUSTED;
  }

  /** The lines, in order; none for {@link #anyTrusted}. */
  public List<AllowedPeer> peers() {
    return now().peers;
  }

  /** The keys on the list: each of these peers proves itself by its key alone. */
  public Set<KeyFingerprint> keys() {
    return Set.copyOf(now().keys);
  }

  /**
   * Whether a peer may do something at all, before it is known with which guest.
   *
   * @throws MigrationException PEER_NOT_TRUSTED if not
   */
  public void check(PeerIdentity peer, Right right) throws MigrationException {
    now().demand(peer, right);
  }

  private void demand(PeerIdentity peer, Right right) throws MigrationException {
    if (!anyTrusted && linesFor(peer, right).isEmpty()) {
      throw refused(right.refusal("any guest", peer));
    }
  }

  /**
   * Whether a peer may do something with a guest.
   *
   * @param guest the guest's name, as the host that it comes from calls it
   * @throws MigrationException PEER_NOT_TRUSTED if not
   */
  public void check(PeerIdentity peer, Right right, String guest) throws MigrationException {
    now().demand(peer, right, guest);
  }

  private void demand(PeerIdentity peer, Right right, String guest) throws MigrationException {
    demand(peer, right);
    if (!anyTrusted && linesFor(peer, right).stream().noneMatch(line -> line.allows(guest))) {
      throw refused(right.refusal("the guest '%s'".formatted(guest), peer));
    }
  }

  private List<AllowedPeer> linesFor(PeerIdentity peer, Right right) {
    boolean byKey = keys.contains(peer.key());
    return peers.stream()
        .filter(line -> line.rights().contains(right))
        .filter(line ->
            switch (line.who()) {
              case AllowedPeer.Key(KeyFingerprint fingerprint) -> fingerprint.equals(peer.key());
              case AllowedPeer.Name(String name) -> !byKey && peer.names().contains(name);
            })
        .toList();
  }

  private static MigrationException refused(String sentence) {
    return new MigrationException(FailureCode.PEER_NOT_TRUSTED, sentence);
  }
}
