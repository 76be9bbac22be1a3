package dev.sealift.fleet.plan;

import dev.sealift.fleet.Capacity;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.PlatformRecord;
import dev.sealift.fleet.Versioned;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Hosts and guests to plan with. */
final class Fleets {
  static final long GIB = 1L << 30;

  private Fleets() {}

  static PlatformRecord platform(String generation, int minor, String owner, boolean es) {
    return new PlatformRecord(
        generation, 1, minor, 21, "root of " + generation, owner, "chip", "chain", es);
  }

  static HostRecord host(String name, int gib, PlatformRecord platform, String rack) {
    return new HostRecord(
        name,
        name + ":7755",
        "sha256:" + "0".repeat(64),
        platform,
        new Capacity(gib * GIB, 8, 4),
        1_250_000_000,
        true,
        Map.of("rack", rack));
  }

  static HostRecord host(String name) {
    return host(name, 64, platform("Milan", 55, "us", true), name);
  }

  static HostRecord closed(HostRecord host) {
    return new HostRecord(
        host.name(),
        host.address(),
        host.key(),
        host.platform(),
        host.capacity(),
        host.linkBytesPerSecond(),
        false,
        host.labels());
  }

  static GuestRecord guest(String name, String owner, int gib, int policy, String group) {
    return new GuestRecord(name, owner, new GuestShape(gib * GIB, policy, 2000, 50_000), group);
  }

  static GuestRecord guest(String name, String owner) {
    return guest(name, owner, 4, 0, "");
  }

  static FleetView view(List<HostRecord> hosts, GuestRecord... guests) {
    return new FleetView(
        hosts.stream().collect(Collectors.toMap(HostRecord::name, Function.identity())),
        Arrays.stream(guests)
            .collect(Collectors.toMap(GuestRecord::name, guest -> new Versioned<>(guest, 0))),
        Map.of());
  }

  /** The default policy with other limits. */
  static JobPolicy limits(int parallel, int perHost, int perLink, int attempts) {
    JobPolicy policy = JobPolicy.DEFAULT;
    return new JobPolicy(
        parallel,
        perHost,
        perLink,
        policy.order(),
        attempts,
        policy.downtimeMillis(),
        policy.bytesPerSecond(),
        policy.headroomPercent(),
        policy.apart(),
        policy.labels(),
        policy.generations(),
        policy.apiMajor(),
        policy.apiMinor(),
        policy.sameOwner());
  }

  /** The default policy, where guests of a group are kept apart by a label. */
  static JobPolicy apart(String label) {
    JobPolicy policy = JobPolicy.DEFAULT;
    return new JobPolicy(
        policy.parallel(),
        policy.perHost(),
        policy.perLink(),
        policy.order(),
        policy.attempts(),
        policy.downtimeMillis(),
        policy.bytesPerSecond(),
        policy.headroomPercent(),
        label,
        policy.labels(),
        policy.generations(),
        policy.apiMajor(),
        policy.apiMinor(),
        policy.sameOwner());
  }
}
