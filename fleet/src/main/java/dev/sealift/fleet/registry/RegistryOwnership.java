package dev.sealift.fleet.registry;

import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.Versioned;
import dev.sealift.migration.handover.Ownership;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A host's own guests, as the registry has them, each with the version of its record since this
 * host owns it: the fencing token. Thread-safe; questions about one guest wait for each other.
 */
public final class RegistryOwnership implements Ownership {
  private final Registry registry;
  private final String host;
  private final Map<String, Held> held = new HashMap<>();

  /** What this host remembers of a guest while somebody may ask about it. */
  private static final class Held {
    /** Null while nobody has asked the registry. */
    private @Nullable Integer version;

    /** What was to be written when the registry did not say whether it was. */
    private @Nullable GuestRecord doubtful;
  }

  /**
   * Guests of one host.
   *
   * @param host its name in the fleet
   */
  public RegistryOwnership(Registry registry, String host) {
    this.registry = registry;
    this.host = host;
  }

  /**
   * Takes a guest's name before the guest is made or when the host joins the fleet.
   *
   * @throws RegistryException EXISTS if it is another host's
   */
  public void claim(String guest, GuestShape shape, String group) throws RegistryException {
    Held own = held(guest);
    synchronized (own) {
      own.version = registry.claim(new GuestRecord(guest, host, shape, group)).version();
      own.doubtful = null;
    }
  }

  /** Says what a guest of this host is to a planner now. */
  public void describe(String guest, GuestShape shape) throws RegistryException {
    Held own = held(guest);
    synchronized (own) {
      Versioned<GuestRecord> known = own(guest, own);
      if (known == null || known.value().shape().equals(shape)) {
        return;
      }
      GuestRecord next = new GuestRecord(guest, host, shape, known.value().group());
      own.doubtful = next;
      own.version = registry.describe(next, known.version());
      own.doubtful = null;
    }
  }

  /** Gives up a guest that is no more. Done again it changes nothing. */
  public void release(String guest) throws RegistryException {
    Held own = held(guest);
    synchronized (own) {
      Versioned<GuestRecord> known = own(guest, own);
      if (known != null) {
        registry.release(guest, known.version());
      }
    }
    synchronized (held) {
      held.remove(guest, own);
    }
  }

  @Override
  public Answer holds(String guest) {
    Held own = held(guest);
    synchronized (own) {
      try {
        return own(guest, own) == null ? Answer.NO : Answer.YES;
      } catch (RegistryException e) {
        return Answer.UNKNOWN;
      }
    }
  }

  @Override
  public Answer grant(String guest, String peerKey) {
    Held own = held(guest);
    synchronized (own) {
      try {
        Optional<String> peer = registry.hostWithKey(peerKey);
        if (peer.isEmpty()) {
          // It may have lost its record, and writes it again when it announces itself.
          return Answer.UNKNOWN;
        }
        Versioned<GuestRecord> known = own(guest, own);
        if (known == null) {
          Optional<Versioned<GuestRecord>> there = registry.guest(guest);
          return there.isPresent() && there.get().value().owner().equals(peer.get())
              ? Answer.YES
              : Answer.NO;
        }
        return switch (registry.replaceOwner(known, peer.get())) {
          case DONE -> {
            // It may come back, and is then this host's by another version.
            own.version = null;
            own.doubtful = null;
            yield Answer.YES;
          }
          case NOT_THE_OWNER -> Answer.NO;
          case UNKNOWN -> Answer.UNKNOWN;
        };
      } catch (RegistryException e) {
        return Answer.UNKNOWN;
      }
    }
  }

  @Override
  public Answer knows(String peerKey) {
    try {
      return registry.hostWithKey(peerKey).isPresent() ? Answer.YES : Answer.NO;
    } catch (RegistryException e) {
      return Answer.UNKNOWN;
    }
  }

  @Override
  public Answer isHeldBy(String guest, String peerKey) {
    try {
      Optional<String> peer = registry.hostWithKey(peerKey);
      Optional<Versioned<GuestRecord>> there = registry.guest(guest);
      return peer.isPresent() && there.isPresent() && there.get().value().owner().equals(peer.get())
          ? Answer.YES
          : Answer.NO;
    } catch (RegistryException e) {
      return Answer.UNKNOWN;
    }
  }

  @Override
  public String toString() {
    return "registry of " + host;
  }

  private Held held(String guest) {
    synchronized (held) {
      return held.computeIfAbsent(guest, name -> new Held());
    }
  }

  /** The record if this host owns it, as it has since it remembers; else null. */
  private @Nullable Versioned<GuestRecord> own(String guest, Held own) throws RegistryException {
    Optional<Versioned<GuestRecord>> there = registry.guest(guest);
    if (there.isEmpty() || !there.get().value().owner().equals(host)) {
      own.version = null;
      own.doubtful = null;
      return null;
    }
    Versioned<GuestRecord> known = there.get();
    Integer remembered = own.version;
    boolean ours =
        remembered == null
            || known.version() == remembered
            || (known.version() == remembered + 1 && known.value().equals(own.doubtful));
    if (!ours) {
      return null;
    }
    own.version = known.version();
    own.doubtful = null;
    return known;
  }
}
