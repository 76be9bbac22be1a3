package dev.sealift.fleet.simulate;

import java.util.List;

/**
 * Breaks things, as often as was asked for and at moments that the seed draws. Half of what hits a
 * host hits one in the middle of a move, where it does the most harm.
 */
final class Mishaps {
  private static final double MICROS_AN_HOUR = 3600e6;

  /** The deeds of a hand-over are few: within so many something of it is cut in two. */
  private static final int DEEDS = 9;

  private final World world;
  private final SimulatedCoordinator coordinator;
  private boolean over;

  Mishaps(World world, SimulatedCoordinator coordinator) {
    this.world = world;
    this.coordinator = coordinator;
  }

  void begin() {
    for (Fault fault : Fault.values()) {
      double perHour = world.settings().faultsPerHour().getOrDefault(fault, 0.0);
      if (perHour > 0) {
        again(fault, perHour);
      }
    }
  }

  /** Nothing breaks any more. */
  void end() {
    over = true;
  }

  private void again(Fault fault, double perHour) {
    double wait = -StrictMath.log1p(-world.random().nextDouble()) * MICROS_AN_HOUR / perHour;
    world
        .events()
        .in(
            Math.round(wait),
            () -> {
              if (!over) {
                happens(fault);
                again(fault, perHour);
              }
            });
  }

  private void happens(Fault fault) {
    world.statistics().fault(fault);
    boolean aimed = world.random().nextBoolean();
    switch (fault) {
      case HOST -> {
        SimulatedHost host = victim(aimed);
        if (aimed) {
          host.dieAfterDeeds(world.random().nextInt(DEEDS));
        } else {
          host.kill();
        }
      }
      case GONE -> victim(aimed).vanish();
      case COORDINATOR -> {
        if (aimed) {
          coordinator.dieWhileWriting();
        } else {
          coordinator.die();
        }
      }
      case CUT -> {
        SimulatedHost host = victim(aimed);
        if (aimed) {
          host.loseNextAnswer();
        } else {
          host.cut(seconds(5, 60));
        }
      }
      case REGISTRY -> {
        world.registry().down(true);
        world.events().in(seconds(5, 30), this::registryIsBack);
      }
      case LINK -> breakLink(aimed);
    }
  }

  private void registryIsBack() {
    world.registry().down(false);
    world.hosts().values().forEach(SimulatedHost::registryIsBack);
  }

  private void breakLink(boolean aimed) {
    SimulatedHost one = victim(false);
    SimulatedHost other = victim(false);
    List<SimulatedMove> moves = world.moves();
    if (aimed && !moves.isEmpty()) {
      SimulatedMove move = moves.get(world.random().nextInt(moves.size()));
      one = move.source();
      other = move.destination();
    }
    String a = one.name();
    String b = other.name();
    world.links().breaks(a, b);
    for (SimulatedMove move : List.copyOf(moves)) {
      if (!world.links().isUp(move.source().name(), move.destination().name())) {
        move.loseLink();
      }
    }
    world.events().in(seconds(5, 90), () -> world.links().mends(a, b));
  }

  /** A host that is still there. */
  private SimulatedHost victim(boolean aimed) {
    List<SimulatedMove> moves = world.moves();
    if (aimed && !moves.isEmpty()) {
      SimulatedMove move = moves.get(world.random().nextInt(moves.size()));
      SimulatedHost host = world.random().nextBoolean() ? move.source() : move.destination();
      if (!host.isGone()) {
        return host;
      }
    }
    List<SimulatedHost> there =
        world.hosts().values().stream().filter(host -> !host.isGone()).toList();
    return there.get(world.random().nextInt(there.size()));
  }

  private long seconds(int least, int most) {
    return world.between(least * EventQueue.SECOND, most * EventQueue.SECOND);
  }
}
