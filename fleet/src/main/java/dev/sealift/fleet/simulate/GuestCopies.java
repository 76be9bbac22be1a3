package dev.sealift.fleet.simulate;

import dev.sealift.migration.handover.Copy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What the Secure Processors of all hosts have of the guests, and where guests run. */
final class GuestCopies {

  /** What one host has of a guest. */
  static final class HostCopy {
    private final String host;
    private Copy copy;
    private boolean runs;

    private HostCopy(String host, Copy copy, boolean runs) {
      this.host = host;
      this.copy = copy;
      this.runs = runs;
    }

    String host() {
      return host;
    }

    Copy copy() {
      return copy;
    }

    boolean runs() {
      return runs;
    }
  }

  private final Map<String, List<HostCopy>> copies;
  private final Consumer<String> changed;

  /**
   * No copies yet.
   *
   * @param changed hears of each guest of which something has changed
   */
  GuestCopies(int guests, Consumer<String> changed) {
    this.copies = HashMap.newHashMap(guests);
    this.changed = changed;
  }

  /** What all hosts have of a guest. */
  List<HostCopy> of(String guest) {
    return copies.getOrDefault(guest, List.of());
  }

  Copy at(String host, String guest) {
    for (HostCopy copy : of(guest)) {
      if (copy.host.equals(host)) {
        return copy.copy;
      }
    }
    return Copy.ABSENT;
  }

  boolean runsAt(String host, String guest) {
    return of(guest).stream().anyMatch(copy -> copy.host.equals(host) && copy.runs);
  }

  /** A host has this of a guest from now on. */
  void set(String host, String guest, Copy now, boolean runs) {
    List<HostCopy> all = copies.computeIfAbsent(guest, _ -> new ArrayList<>(1));
    all.removeIf(copy -> copy.host.equals(host));
    if (now != Copy.ABSENT) {
      all.add(new HostCopy(host, now, runs));
    }
    changed.accept(guest);
  }

  /** A host is gone, and what it had with it. */
  void lose(String host) {
    copies.values().forEach(all -> all.removeIf(copy -> copy.host.equals(host)));
  }
}
