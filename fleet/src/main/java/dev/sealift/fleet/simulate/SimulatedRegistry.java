package dev.sealift.fleet.simulate;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.migration.handover.Ownership.Answer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the fleet remembers. Whether anybody reaches it is not its own business. */
final class SimulatedRegistry {
  private final Map<String, HostRecord> hosts = new HashMap<>();
  private final Map<String, Versioned<GuestRecord>> guests;
  private final Map<String, MoveRecord> moves = new HashMap<>();
  private final Consumer<String> changed;
  private @Nullable Map<String, HostRecord> hostsSeen;
  private @Nullable Map<String, Versioned<GuestRecord>> guestsSeen;
  private boolean down;
  private long changes;

  /**
   * An empty one.
   *
   * @param changed hears of each guest whose owner changes
   */
  SimulatedRegistry(int guests, Consumer<String> changed) {
    this.guests = HashMap.newHashMap(guests);
    this.changed = changed;
  }

  /** Whether nobody reaches it. */
  boolean isDown() {
    return down;
  }

  void down(boolean now) {
    down = now;
  }

  /** Grows whenever something is written. */
  long changes() {
    return changes;
  }

  void announce(HostRecord host) {
    if (hosts.putIfAbsent(host.name(), host) == null) {
      hostsSeen = null;
      changes++;
    }
  }

  /** A session has ended. */
  void vanish(String host) {
    if (hosts.remove(host) != null) {
      hostsSeen = null;
      changes++;
    }
  }

  void claim(GuestRecord guest) {
    guests.put(guest.name(), new Versioned<>(guest, 0));
    guestsSeen = null;
    changed.accept(guest.name());
  }

  /** An operator knows that a host will not come back, and takes its guests out of the books. */
  void forget(String host) {
    if (guests.values().removeIf(guest -> guest.value().owner().equals(host))) {
      guestsSeen = null;
      changes++;
    }
  }

  @Nullable Versioned<GuestRecord> guest(String name) {
    return guests.get(name);
  }

  /** All guests, in no order. */
  Iterable<Versioned<GuestRecord>> guests() {
    return guests.values();
  }

  /** Empty where the guest is in no book. */
  String owner(String guest) {
    Versioned<GuestRecord> found = guests.get(guest);
    return found == null ? "" : found.value().owner();
  }

  /** Compare and set: only the owner gives a guest away, and only at the version that it has. */
  Answer grant(String guest, String from, String to, int version) {
    Versioned<GuestRecord> found = guests.get(guest);
    if (found == null) {
      return Answer.NO;
    }
    if (found.value().owner().equals(to) && found.version() == version + 1) {
      return Answer.YES;
    }
    if (!found.value().owner().equals(from) || found.version() != version) {
      return Answer.NO;
    }
    guests.put(guest, new Versioned<>(found.value().ownedBy(to), version + 1));
    guestsSeen = null;
    changes++;
    changed.accept(guest);
    return Answer.YES;
  }

  @Nullable MoveRecord move(String guest) {
    return moves.get(guest);
  }

  void write(MoveRecord move) {
    moves.put(move.guest(), move);
    changes++;
  }

  Iterable<MoveRecord> moves() {
    return moves.values();
  }

  FleetView view() {
    Map<String, HostRecord> knownHosts = hostsSeen;
    if (knownHosts == null) {
      knownHosts = Map.copyOf(hosts);
      hostsSeen = knownHosts;
    }
    Map<String, Versioned<GuestRecord>> knownGuests = guestsSeen;
    if (knownGuests == null) {
      knownGuests = Map.copyOf(guests);
      guestsSeen = knownGuests;
    }
    return new FleetView(knownHosts, knownGuests, moves);
  }
}
