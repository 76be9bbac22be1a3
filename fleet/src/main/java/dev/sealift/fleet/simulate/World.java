package dev.sealift.fleet.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/** All that a simulated fleet consists of. */
final class World {
  private final SimulationSettings settings;
  private final EventQueue events = new EventQueue();
  private final Random random;
  private final Audit audit = new Audit(this);
  private final SimulatedRegistry registry;
  private final GuestCopies copies;
  private final Links links = new Links();
  private final Statistics statistics = new Statistics();
  private final NavigableMap<String, SimulatedHost> hosts = new TreeMap<>();
  private final List<SimulatedMove> moves = new ArrayList<>();

  World(SimulationSettings settings) {
    this.settings = settings;
    this.random = new Random(settings.seed());
    this.registry = new SimulatedRegistry(settings.guests(), audit::touch);
    this.copies = new GuestCopies(settings.guests(), audit::touch);
  }

  SimulationSettings settings() {
    return settings;
  }

  EventQueue events() {
    return events;
  }

  Random random() {
    return random;
  }

  Audit audit() {
    return audit;
  }

  SimulatedRegistry registry() {
    return registry;
  }

  GuestCopies copies() {
    return copies;
  }

  Links links() {
    return links;
  }

  Statistics statistics() {
    return statistics;
  }

  /** In the order of their names. */
  NavigableMap<String, SimulatedHost> hosts() {
    return hosts;
  }

  /** Hand-overs of which one side or the other still has something to do. */
  List<SimulatedMove> moves() {
    return moves;
  }

  SimulatedHost host(String name) {
    SimulatedHost host = hosts.get(name);
    if (host == null) {
      throw new IllegalArgumentException("there is no host " + name);
    }
    return host;
  }

  /** A time between two, all equally likely. */
  long between(long leastMicros, long mostMicros) {
    return random.nextLong(leastMicros, mostMicros + 1);
  }
}
