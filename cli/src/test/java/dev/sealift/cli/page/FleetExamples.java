package dev.sealift.cli.page;

import dev.sealift.cli.fleet.FleetGlances;
import dev.sealift.cli.view.FleetAttempt;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.FleetGuest;
import dev.sealift.cli.view.FleetHost;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetJobStory;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.cli.view.FleetTask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fleets to draw. */
final class FleetExamples {
  static final String JOB = "3f2a9c01";
  private static final String REGISTRY = "zk://zk1,zk2,zk3/sealift";

  private FleetExamples() {}

  /** Five hosts, one of them gone; another one is being emptied, and a guest cannot leave it. */
  static FleetStatus evacuating() {
    List<FleetHost> hosts =
        List.of(
            host("host-a", "192.0.2.10:7325", "r1", 7, 11, 2, 0),
            host("host-b", "192.0.2.11:7325", "r1", 6, 9, 0, 1),
            host("host-c", "192.0.2.12:7325", "r2", 12, 29, 0, 1),
            new FleetHost(
                "host-d",
                "192.0.2.13:7325",
                true,
                false,
                "1.55.21",
                Map.of(),
                0,
                0,
                32L << 30,
                1_250_000_000,
                0,
                0),
            new FleetHost(
                "host-e", "192.0.2.14:7325", false, false, "", Map.of(), 2, 3L << 30, 0, 0, 0, 0));
    List<FleetGuest> guests = new ArrayList<>();
    for (String name : List.of("batch", "cache", "ledger", "licence", "mail", "queue", "search")) {
      guests.add(
          guest(
              name,
              "host-a",
              name.equals("ledger") ? "host-b" : name.equals("search") ? "host-c" : null));
    }
    for (int i = 1; i <= 6; i++) {
      guests.add(guest("web-" + i, "host-b", null));
    }
    for (int i = 1; i <= 12; i++) {
      guests.add(guest("worker-" + i, "host-c", null));
    }
    guests.add(guest("old-1", "host-e", null));
    guests.add(guest("old-2", "host-e", null));
    return new FleetStatus(
        REGISTRY, Examples.BEGAN, hosts, guests, List.of(job(), ended()), List.of());
  }

  /** The job that empties a host, half done. */
  static FleetJob job() {
    return new FleetJob(
        JOB,
        "evacuate",
        "host-a",
        "under-way",
        94.0,
        List.of(
            moved("api", "host-b"),
            moved("auth", "host-c"),
            task("batch", "", "waiting", 0, null, null, ""),
            task(
                "cache",
                "host-b",
                "waiting",
                1,
                null,
                null,
                "the destination host-b hung up before it was prepared; the guest runs on"),
            moved("graph", "host-c"),
            task("ledger", "host-b", "moving", 1, 183_500_800L, 12.4, ""),
            task(
                "licence",
                "",
                "failed",
                1,
                null,
                null,
                "its policy forbids it to leave its platform (NOSEND)"),
            moved("ldap", "host-c"),
            task("mail", "", "waiting", 0, null, null, ""),
            task("queue", "", "waiting", 0, null, null, ""),
            task("search", "host-c", "moving", 2, null, null, "")));
  }

  private static FleetJob ended() {
    return new FleetJob(
        "91c4e07d", "rebalance", "", "ended", null, List.of(moved("web-1", "host-b")));
  }

  /** A fleet of very many hosts and guests, a hundred of which move. */
  static FleetStatus huge() {
    List<FleetHost> hosts = new ArrayList<>();
    List<FleetGuest> guests = new ArrayList<>();
    List<FleetTask> tasks = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      String name = "host-%04d".formatted(i);
      hosts.add(host(name, name + ".example:7325", "r" + i / 20, 50, 100, i == 500 ? 100 : 0, 0));
      for (int g = 0; g < 50; g++) {
        guests.add(guest("guest-%04d-%02d".formatted(i, g), name, null));
      }
    }
    for (int i = 0; i < 2048; i++) {
      tasks.add(
          task(
              "guest-0500-" + i,
              "host-0001",
              i < 100 ? "moving" : "waiting",
              1,
              null,
              null,
              "a reason"));
    }
    FleetJob job = new FleetJob(JOB, "evacuate", "host-0500", "under-way", null, tasks);
    return new FleetStatus(
        REGISTRY, Examples.BEGAN, hosts, guests, List.of(job, ended()), List.of());
  }

  /** The story of an evacuation: two attempts failed, and a guest stays. */
  static FleetJobStory story() {
    List<FleetAttempt> attempts =
        List.of(
            attempt("ledger", "host-c", 1, 1, 32, "moved", ""),
            attempt("cache", "host-b", 1, 1, 7.5, "failed", "the destination host-b hung up"),
            attempt("licence", "", 1, 2, 2, "failed", "no host may have it"),
            attempt("api", "host-b", 1, 8, 17.5, "moved", ""),
            attempt("auth", "host-b", 1, 18, 29, "moved", ""),
            attempt("graph", "host-c", 1, 32.5, 41, "moved", ""),
            attempt("ldap", "host-b", 1, 29.5, 44, "moved", ""),
            attempt("cache", "host-c", 2, 41.5, 53, "moved", ""),
            attempt("mail", "host-b", 1, 44.5, 59, "moved", ""),
            attempt("a-guest-with-a-long-name", "host-c", 1, 53.5, 70, "moved", ""));
    List<FleetTask> tasks = new ArrayList<>();
    Map<String, Long> memory = new HashMap<>();
    for (FleetAttempt each : attempts) {
      memory.put(each.guest(), 1L << 30);
      if (each.outcome().equals("moved")) {
        tasks.add(task(each.guest(), each.to(), "moved", each.attempt(), null, null, ""));
      }
    }
    tasks.add(job().tasks().get(6));
    return new FleetJobStory(
        REGISTRY,
        new TreeMap<>(Map.of("parallel", "8", "per-host", "2", "order", "longest-first")),
        new FleetJob(JOB, "evacuate", "host-a", "ended", null, tasks),
        Examples.BEGAN,
        Examples.BEGAN.plusSeconds(71),
        List.of(
            host("host-a", "192.0.2.10:7325", "r1", 9, 11, 0, 0),
            host("host-b", "192.0.2.11:7325", "r1", 1, 2, 0, 0),
            host("host-c", "192.0.2.12:7325", "r2", 8, 19, 0, 0),
            host("host-d", "192.0.2.13:7325", "r2", 0, 0, 0, 0)),
        List.of(
            host("host-a", "192.0.2.10:7325", "r1", 1, 1, 0, 0),
            host("host-b", "192.0.2.11:7325", "r1", 5, 6, 0, 0),
            host("host-c", "192.0.2.12:7325", "r2", 12, 25, 0, 0),
            host("host-d", "192.0.2.13:7325", "r2", 0, 0, 0, 0)),
        memory,
        attempts);
  }

  private static FleetAttempt attempt(
      String guest, String to, int number, double from, double until, String outcome, String why) {
    return new FleetAttempt(
        guest,
        "host-a",
        to,
        number,
        Examples.BEGAN.plusMillis((long) (1000 * from)),
        Examples.BEGAN.plusMillis((long) (1000 * until)),
        outcome,
        why);
  }

  static FleetGlance glance() {
    return FleetGlances.of(evacuating());
  }

  private static FleetHost host(
      String name, String address, String rack, int guests, long gigabytes, int out, int in) {
    return new FleetHost(
        name,
        address,
        true,
        true,
        "1.55.21",
        Map.of("rack", rack),
        guests,
        gigabytes << 30,
        32L << 30,
        1_250_000_000,
        out,
        in);
  }

  static FleetGuest guest(String name, String owner, String movesTo) {
    return new FleetGuest(name, owner, 3, 1L << 30, 1200, "", movesTo);
  }

  private static FleetTask moved(String guest, String to) {
    return task(guest, to, "moved", 1, null, null, "");
  }

  private static FleetTask task(
      String guest,
      String to,
      String state,
      int attempts,
      Long bytesLeft,
      Double secondsLeft,
      String reason) {
    return new FleetTask(guest, "host-a", to, state, attempts, bytesLeft, secondsLeft, reason);
  }
}
