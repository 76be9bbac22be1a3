package dev.sealift.fleet.plan;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the hosts of a fleet carry, and what is promised to them by moves under way: a guest on its
 * way has room at both hosts. Made in one pass over a view, and then kept up by whoever plans.
 */
final class FleetBooks {

  /** Two hosts, in the order of their names. */
  private record Pair(String one, String other) {
    static Pair of(String a, String b) {
      return a.compareTo(b) < 0 ? new Pair(a, b) : new Pair(b, a);
    }
  }

  private final FleetView view;
  private final Map<String, HostBook> hosts;
  private final Map<Pair, Integer> links = new HashMap<>();

  /** Where each guest of a group is, and where it may come to be; made when it is asked for. */
  private @Nullable Map<String, Map<String, Set<String>>> groups;

  private int moves;

  FleetBooks(FleetView view) {
    this.view = view;
    this.hosts = HashMap.newHashMap(view.hosts().size());
    for (HostRecord host : view.hosts().values()) {
      hosts.put(host.name(), new HostBook(host));
    }
    for (Versioned<GuestRecord> guest : view.guests().values()) {
      HostBook book = hosts.get(guest.value().owner());
      if (book != null) {
        book.add(guest.value().shape());
      }
    }
    for (MoveRecord move : view.moves().values()) {
      Versioned<GuestRecord> guest = view.guests().get(move.guest());
      if (guest != null && isUnderWay(move, guest.value())) {
        reserve(guest.value(), move.destination());
      }
    }
  }

  /** Whether a move may still end one way or the other: once the owner has changed it cannot. */
  static boolean isUnderWay(MoveRecord move, GuestRecord guest) {
    return !move.ended() && guest.owner().equals(move.source());
  }

  /** A guest is to go from its owner to a host. */
  void promise(GuestRecord guest, String to) {
    reserve(guest, to);
    if (!guest.group().isEmpty()) {
      enter(groups(), guest, to);
    }
  }

  private void reserve(GuestRecord guest, String to) {
    HostBook source = hosts.get(guest.owner());
    if (source != null) {
      source.addMove();
      moves++;
    }
    HostBook destination = hosts.get(to);
    if (destination != null) {
      destination.addMove();
      destination.add(guest.shape());
    }
    links.merge(Pair.of(guest.owner(), to), 1, Integer::sum);
  }

  /** Whatever is planned next is planned as if a guest were at another host already. */
  void settle(GuestRecord guest, String to) {
    HostBook source = hosts.get(guest.owner());
    if (source != null) {
      source.remove(guest.shape());
    }
    HostBook destination = hosts.get(to);
    if (destination != null) {
      destination.add(guest.shape());
    }
    if (!guest.group().isEmpty()) {
      Map<String, Set<String>> members = members(guest.group());
      members.computeIfAbsent(guest.name(), _ -> new TreeSet<>()).remove(guest.owner());
      enter(groups(), guest, to);
    }
  }

  /** Moves under way whose sources are there to say what becomes of them. */
  int moves() {
    return moves;
  }

  int movesBetween(String one, String other) {
    return links.getOrDefault(Pair.of(one, other), 0);
  }

  /** Null where it is not there. */
  @Nullable HostBook host(String name) {
    return hosts.get(name);
  }

  Collection<HostBook> hosts() {
    return hosts.values();
  }

  /** Hosts where other guests of its group are or may come to be, by the names of these guests. */
  Map<String, Set<String>> members(String group) {
    return groups().computeIfAbsent(group, _ -> new HashMap<>());
  }

  private Map<String, Map<String, Set<String>>> groups() {
    Map<String, Map<String, Set<String>>> known = groups;
    if (known != null) {
      return known;
    }
    Map<String, Map<String, Set<String>>> all = new HashMap<>();
    for (Versioned<GuestRecord> guest : view.guests().values()) {
      enter(all, guest.value(), guest.value().owner());
    }
    for (MoveRecord move : view.moves().values()) {
      Versioned<GuestRecord> guest = view.guests().get(move.guest());
      if (guest != null && isUnderWay(move, guest.value())) {
        enter(all, guest.value(), move.destination());
      }
    }
    groups = all;
    return all;
  }

  private static void enter(
      Map<String, Map<String, Set<String>>> groups, GuestRecord guest, String host) {
    if (!guest.group().isEmpty()) {
      groups
          .computeIfAbsent(guest.group(), _ -> new HashMap<>())
          .computeIfAbsent(guest.name(), _ -> new TreeSet<>())
          .add(host);
    }
  }
}
