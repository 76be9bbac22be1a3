package dev.sealift.fleet.simulate;

import dev.sealift.fleet.GuestRecord;

/** A move: its two sides, and the link between them. */
final class SimulatedMove {
  private static final long ONE_WAY = 100;

  /** A broken link is noticed after so long. */
  private static final long NOTICED = EventQueue.SECOND / 2;

  private final World world;
  private final GuestRecord guest;
  private final SimulatedHost source;
  private final SimulatedHost destination;
  private final SourceSide from;
  private final DestinationSide to;
  private boolean linked;

  /** Counts links; words of an older one are never heard. */
  private long link;

  SimulatedMove(
      World world,
      GuestRecord guest,
      int version,
      SimulatedHost source,
      SimulatedHost destination) {
    this.world = world;
    this.guest = guest;
    this.source = source;
    this.destination = destination;
    this.from = new SourceSide(world, this, version);
    this.to = new DestinationSide(world, this);
  }

  String guest() {
    return guest.name();
  }

  GuestRecord record() {
    return guest;
  }

  SimulatedHost source() {
    return source;
  }

  SimulatedHost destination() {
    return destination;
  }

  boolean isOf(SimulatedHost host) {
    return host == source || host == destination;
  }

  boolean isLinked() {
    return linked;
  }

  /** The number of the link that there is, or was last. */
  long link() {
    return link;
  }

  void begin() {
    from.begin();
  }

  void callOff() {
    from.callOff();
  }

  /** A new link takes the place of the old one; whether there is one. */
  boolean connect() {
    if (!source.isUp()
        || !destination.isUp()
        || !world.links().isUp(source.name(), destination.name())) {
      return false;
    }
    linked = true;
    link++;
    return true;
  }

  void toDestination(Word word) {
    say(destination, () -> to.hears(word));
  }

  void toSource(Word word) {
    say(source, () -> from.hears(word));
  }

  private void say(SimulatedHost listener, Runnable hears) {
    long over = link;
    if (!linked) {
      return;
    }
    world
        .events()
        .in(
            ONE_WAY,
            () -> {
              if (linked && link == over && listener.isUp()) {
                hears.run();
              }
            });
  }

  /** What is on its way is lost, and both sides learn of it after a while. */
  void loseLink() {
    if (!linked) {
      return;
    }
    linked = false;
    long lost = link;
    world
        .events()
        .in(
            NOTICED,
            () -> {
              if (!linked && link == lost) {
                from.linkIsLost();
                to.linkIsLost();
              }
            });
    from.stall();
  }

  void died(SimulatedHost host) {
    loseLink();
    if (host == source) {
      from.dies();
    } else {
      to.dies();
    }
  }

  void restarted(SimulatedHost host) {
    if (host == source) {
      from.isStarted();
    } else {
      to.isStarted();
    }
  }

  /** Forgets the move where neither side has anything left to do. */
  void settle() {
    if ((from.isOver() || source.isGone()) && (to.isOver() || destination.isGone())) {
      world.moves().remove(this);
    }
  }
}
