package dev.sealift.fleet.simulate;

import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A host: its process, its session with the registry, and the agent that takes orders. */
final class SimulatedHost {
  /** A host that is not heard of for so long is not there. */
  private static final long SESSION = 10 * EventQueue.SECOND;

  /** An operator has looked, and says that it will not come back. */
  private static final long FORGOTTEN = 300 * EventQueue.SECOND;

  private final World world;
  private final HostRecord record;

  /** What its agent has under way, by guest. */
  private final Map<String, SimulatedMove> leaving = new HashMap<>();

  /** Why the last move of a guest came to nothing, until it is told. */
  private final Map<String, String> reasons = new HashMap<>();

  private final List<Transfer> transfers = new ArrayList<>();
  private boolean up = true;
  private boolean gone;
  private int cuts;
  private boolean losesAnswer;
  private int deedsToLive = -1;

  SimulatedHost(World world, HostRecord record) {
    this.world = world;
    this.record = record;
  }

  String name() {
    return record.name();
  }

  HostRecord record() {
    return record;
  }

  boolean isUp() {
    return up;
  }

  boolean isGone() {
    return gone;
  }

  /** Transfers that share its link and its processor. */
  List<Transfer> transfers() {
    return transfers;
  }

  boolean reachesRegistry() {
    return up && cuts == 0 && !world.registry().isDown();
  }

  /** The host does not hear what becomes of what it asks the registry for next. */
  void loseNextAnswer() {
    losesAnswer = true;
  }

  /** Whether the answer that is due now is lost; if so, the host is cut off. */
  boolean losesAnswer(long micros) {
    boolean lost = losesAnswer;
    losesAnswer = false;
    if (lost) {
      cut(micros);
    }
    return lost;
  }

  /** It is killed before the deed of a hand-over that comes after so many more. */
  void dieAfterDeeds(int deeds) {
    deedsToLive = deeds;
  }

  /** Another deed of a hand-over is due; whether the host is killed before it. */
  boolean diesNow() {
    if (deedsToLive < 0 || deedsToLive-- > 0) {
      return false;
    }
    world.statistics().killedInTheHandOver();
    kill();
    return true;
  }

  void kill() {
    if (!up) {
      return;
    }
    up = false;
    deedsToLive = -1;
    movesHere().forEach(move -> move.died(this));
    leaving.clear();
    endSessionLater();
    world.events().in(world.between(5 * EventQueue.SECOND, 60 * EventQueue.SECOND), this::start);
  }

  private void start() {
    if (gone || up) {
      return;
    }
    up = true;
    for (SimulatedMove move : movesHere()) {
      if (up) {
        move.restarted(this);
      }
    }
    isBack();
  }

  /** For good, with its guests. */
  void vanish() {
    up = false;
    gone = true;
    movesHere().forEach(move -> move.died(this));
    leaving.clear();
    world.copies().lose(name());
    endSessionLater();
    world.events().in(FORGOTTEN, () -> world.registry().forget(name()));
  }

  private List<SimulatedMove> movesHere() {
    return world.moves().stream().filter(move -> move.isOf(this)).toList();
  }

  /** It does not reach the registry for a while. */
  void cut(long micros) {
    cuts++;
    endSessionLater();
    world
        .events()
        .in(
            micros,
            () -> {
              cuts--;
              isBack();
            });
  }

  /** The registry has been away for everybody, which ends no session by itself. */
  void registryIsBack() {
    if (reachesRegistry()) {
      isBack();
    } else {
      endSessionLater();
    }
  }

  private void endSessionLater() {
    world
        .events()
        .in(
            SESSION,
            () -> {
              if (!reachesRegistry() && !world.registry().isDown()) {
                world.registry().vanish(name());
              }
            });
  }

  private void isBack() {
    if (!reachesRegistry()) {
      return;
    }
    world.registry().announce(record);
    List<String> ordered = new ArrayList<>();
    for (MoveRecord move : world.registry().moves()) {
      if (move.source().equals(name()) && !move.ended()) {
        ordered.add(move.guest());
      }
    }
    ordered.forEach(this::look);
  }

  /** There may be an order for a guest: what is done about it depends on what is true. */
  void look(String guest) {
    MoveRecord order = world.registry().move(guest);
    if (!reachesRegistry() || order == null || order.ended() || !order.source().equals(name())) {
      return;
    }
    SimulatedMove current = leaving.get(guest);
    if (current != null) {
      if (order.cancel()) {
        current.callOff();
      }
      return;
    }
    Versioned<GuestRecord> found = world.registry().guest(guest);
    if (found == null) {
      failed(order, "the guest is gone");
    } else if (!found.value().owner().equals(name())) {
      world.registry().write(order.done());
    } else if (order.cancel()) {
      failed(order, "it was called off");
    } else if (order.state() == MoveRecord.State.MOVING) {
      String reason = reasons.remove(guest);
      failed(order, reason == null ? "its host was started again meanwhile" : reason);
    } else {
      begin(order, found);
    }
  }

  private void begin(MoveRecord order, Versioned<GuestRecord> guest) {
    world.registry().write(order.moving(null, null));
    var move =
        new SimulatedMove(
            world, guest.value(), guest.version(), this, world.host(order.destination()));
    leaving.put(order.guest(), move);
    world.moves().add(move);
    world.statistics().moveBegun();
    move.begin();
  }

  private void failed(MoveRecord order, String reason) {
    world.statistics().moveFailed();
    world.registry().write(order.failed(reason));
  }

  /** A restarted host has found a move in its journal. */
  void resumes(SimulatedMove move) {
    leaving.putIfAbsent(move.guest(), move);
  }

  /** The agent has no more to do with a move. */
  void left(SimulatedMove move, String reason) {
    if (leaving.remove(move.guest(), move)) {
      reasons.put(move.guest(), reason);
      look(move.guest());
    }
  }
}
