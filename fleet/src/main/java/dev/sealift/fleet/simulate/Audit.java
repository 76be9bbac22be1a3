package dev.sealift.fleet.simulate;

import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.migration.handover.Copy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds every event against what is promised: a guest can be run at one host at most, it runs only
 * at the host that owns it, and its owner's version never goes back.
 */
final class Audit {
  /** So many are told; there should be none. */
  private static final int MOST_TOLD = 20;

  private final World world;
  private final Set<String> touched = new LinkedHashSet<>();
  private final Map<String, Integer> versions = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private long checks;
  private long found;

  Audit(World world) {
    this.world = world;
  }

  /** Something of a guest has changed: it is looked at after the event. */
  void touch(String guest) {
    touched.add(guest);
  }

  /** An event is over. */
  void afterEvent() {
    if (!touched.isEmpty()) {
      touched.forEach(this::check);
      touched.clear();
    }
  }

  private void check(String guest) {
    checks++;
    String owner = world.registry().owner(guest);
    int runnable = 0;
    for (GuestCopies.HostCopy copy : world.copies().of(guest)) {
      if (copy.copy() == Copy.RUNNABLE) {
        runnable++;
      }
      if (copy.runs() && !copy.host().equals(owner)) {
        violation("%s runs at %s, and its owner is %s".formatted(guest, copy.host(), owner));
      }
    }
    if (runnable > 1) {
      violation("%s can be run at %d hosts".formatted(guest, runnable));
    }
    Versioned<GuestRecord> record = world.registry().guest(guest);
    if (record != null) {
      Integer before = versions.put(guest, record.version());
      if (before != null && record.version() < before) {
        violation(guest + " has an older owner again");
      }
    }
  }

  /** What is promised does not hold. */
  void violation(String sentence) {
    found++;
    if (violations.size() < MOST_TOLD) {
      violations.add("after %.3f s: %s".formatted(world.events().now() / 1e6, sentence));
    }
  }

  /** Everything has come to rest: each guest runs at its owner, unless that is gone. */
  Loss atTheEnd() {
    int lost = 0;
    int runs = 0;
    for (Versioned<GuestRecord> record : world.registry().guests()) {
      checks++;
      GuestRecord guest = record.value();
      SimulatedHost owner = world.host(guest.owner());
      if (owner.isGone()) {
        lost++;
      } else if (world.copies().runsAt(guest.owner(), guest.name())) {
        runs++;
      } else {
        violation("%s does not run at %s, which owns it".formatted(guest.name(), guest.owner()));
      }
    }
    return new Loss(runs, lost);
  }

  /**
   * What is left.
   *
   * @param running guests that run
   * @param withTheirHosts guests in the books whose hosts are gone
   */
  record Loss(int running, int withTheirHosts) {}

  long checks() {
    return checks;
  }

  long found() {
    return found;
  }

  List<String> violations() {
    return violations;
  }
}
