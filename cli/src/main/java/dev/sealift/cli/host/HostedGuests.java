package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.view.GuestView;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The guests of a host, by name. A name that is being given to a guest is taken. Thread-safe. */
final class HostedGuests {
  private final Map<String, HostedGuest> guests = new TreeMap<>();
  private final Set<String> reserved = new HashSet<>();

  /**
   * Takes a name for a guest that is about to be made; false where another has it.
   *
   * @see #free
   */
  synchronized boolean reserve(String name) {
    return !guests.containsKey(name) && reserved.add(name);
  }

  /** The guest of a reserved name did not come to be. */
  synchronized void free(String name) {
    reserved.remove(name);
  }

  /** Adds a guest under its name, reserved or not. */
  synchronized void add(HostedGuest guest) {
    reserved.remove(guest.name());
    if (guests.putIfAbsent(guest.name(), guest) != null) {
      throw new IllegalStateException("there are two guests " + guest.name());
    }
  }

  synchronized void remove(HostedGuest guest) {
    guests.remove(guest.name(), guest);
  }

  /** Whether a guest has the name, or is just being given it. */
  synchronized boolean has(String name) {
    return guests.containsKey(name) || reserved.contains(name);
  }

  synchronized Optional<HostedGuest> find(String name) {
    return Optional.ofNullable(guests.get(name));
  }

  /** The guest of a name that somebody gave. */
  HostedGuest get(String name) throws BadInput, Failure {
    synchronized (this) {
      HostedGuest guest = guests.get(name);
      if (guest != null) {
        return guest;
      }
      if (!reserved.contains(name)) {
        throw new BadInput(
            "This host has no guest '%s'; %s."
                .formatted(
                    name,
                    guests.isEmpty()
                        ? "it has none: start one with sealift guest start"
                        : "it has " + String.join(", ", guests.keySet())));
      }
    }
    throw new Failure("The guest %s is only just being made: try again.".formatted(name));
  }

  synchronized List<HostedGuest> all() {
    return List.copyOf(guests.values());
  }

  /** All of them now, by name; the firmware is not asked. */
  List<GuestView> views() {
    return all().stream().map(guest -> guest.view(false)).toList();
  }
}
