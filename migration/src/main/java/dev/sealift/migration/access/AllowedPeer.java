package dev.sealift.migration.access;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One line of a list of allowed peers.
 *
 * @param who which peer
 * @param rights what it may do, at least one thing
 * @param guests with which guests; with every guest where the list is empty
 */
public record AllowedPeer(Who who, Set<Right> rights, List<GuestNames> guests) {

  /** How a peer is told. */
  public sealed interface Who {}

  /** The one peer with this key, whatever its certificate says and whoever signed it. */
  public record Key(KeyFingerprint fingerprint) implements Who {}

  /**
   * A peer with this name in a certificate that an authority has issued.
   *
   * @param name a DNS name or an IP address, in lower case
   */
  public record Name(String name) implements Who {
    public Name {
      name = name.toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @throws IllegalArgumentException if there is no right
   */
  public AllowedPeer {
    rights = Set.copyOf(rights);
    guests = List.copyOf(guests);
    if (rights.isEmpty()) {
      throw new IllegalArgumentException("an allowed peer may do something");
    }
  }

  /** Whether the line is for guests of this name. */
  boolean allows(String guest) {
    return guests.isEmpty() || guests.stream().anyMatch(names -> names.include(guest));
  }
}
