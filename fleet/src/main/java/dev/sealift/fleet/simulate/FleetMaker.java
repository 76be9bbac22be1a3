package dev.sealift.fleet.simulate;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.fleet.Capacity;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.PlatformRecord;
import dev.sealift.migration.handover.Copy;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A fleet to begin with. Hosts have 512 GiB, 25 Gbit/s, and 400 ASIDs for guests without SEV-ES and
 * 99 with it; a rack is of one generation, and every twentieth rack has another owner. Guests have
 * 1 to 16 GiB, small ones more often; every fourth has SEV-ES, every fifth is one of a group of
 * three, every twentieth may not leave its owner's platforms.
 */
final class FleetMaker {
  private static final long GIB = 1L << 30;
  private static final long PAGES_A_GIB = GIB / 4096;
  private static final int[] SIZES = {1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8, 8, 16};
  private static final Capacity CAPACITY = new Capacity(512 * GIB, 400, 99);
  private static final long LINK = 3_125_000_000L;
  private static final String[] GENERATIONS = {"Milan", "Genoa"};

  private final World world;
  private final Random random;
  private final Set<String> rack = new TreeSet<>();

  FleetMaker(World world) {
    this.world = world;
    this.random = world.random();
  }

  /** Makes all hosts and guests. */
  void make() {
    SimulationSettings settings = world.settings();
    String[] names = new String[settings.hosts()];
    for (int i = 0; i < names.length; i++) {
      HostRecord record = host(i, i / settings.rackSize());
      names[i] = record.name();
      world.hosts().put(record.name(), new SimulatedHost(world, record));
      world.registry().announce(record);
      if (i < settings.rackSize()) {
        rack.add(record.name());
      }
    }
    for (int i = 0; i < settings.guests(); i++) {
      GuestRecord guest = guest(i, names[i % names.length]);
      world.registry().claim(guest);
      world.copies().set(guest.owner(), guest.name(), Copy.RUNNABLE, true);
    }
    world.audit().afterEvent();
  }

  /** The hosts that are to be emptied. */
  Set<String> rack() {
    return rack;
  }

  private static HostRecord host(int number, int rack) {
    String name = "h%04d".formatted(number);
    int kind = rack % GENERATIONS.length;
    String generation = GENERATIONS[kind];
    return new HostRecord(
        name,
        name + ":7755",
        "sha256:" + "0".repeat(64),
        new PlatformRecord(
            generation,
            1,
            51 + 4 * kind,
            21,
            "ark of " + generation,
            rack % 20 == 19 ? "tenant" : "house",
            name,
            name,
            true),
        CAPACITY,
        LINK,
        rack > 0,
        Map.of("rack", "r" + rack));
  }

  private GuestRecord guest(int number, String owner) {
    long gib = SIZES[random.nextInt(SIZES.length)];
    GuestPolicy policy = GuestPolicy.of(Flag.NODBG, Flag.NOKS, Flag.SEV).withMinimumApi(1, 51);
    policy = random.nextInt(4) == 0 ? policy.with(Flag.ES) : policy;
    policy = random.nextInt(20) == 0 ? policy.with(Flag.DOMAIN) : policy;
    double dirtied = 100 * Math.pow(50, random.nextDouble());
    long working = (long) (gib * PAGES_A_GIB * (0.01 + 0.1 * random.nextDouble()));
    String group = number % 15 < 3 ? "group-" + number / 15 : "";
    return new GuestRecord(
        "g%05d".formatted(number),
        owner,
        new GuestShape(gib * GIB, policy.word(), dirtied, working),
        group);
  }
}
