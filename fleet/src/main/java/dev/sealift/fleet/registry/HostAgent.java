package dev.sealift.fleet.registry;

import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.RegistryException.Kind;
import dev.sealift.migration.handover.Ownership.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A host's part in a fleet: it says that it is there and what it has, takes up the orders for its
 * guests, has them done, and says what came of them. One thread; while the registry does not
 * answer, moves and guests go on, and everything is told when it does.
 *
 * <p>An order is taken up by a compare-and-set, ORDERED to MOVING, before anything is done, so it
 * is done once, however often it is seen. What a life before this one took up is answered by what
 * is true: whose the guest is, and whether a move of it is under way.
 */
public final class HostAgent implements AutoCloseable {
  /** How often capacity and shapes are looked at: they change slowly. */
  private static final Duration DESCRIBED = Duration.ofSeconds(10);

  /** How often progress is written: everybody who watches the fleet reads it. */
  private static final Duration PROGRESS = Duration.ofSeconds(1);

  private final Registry registry;
  private final RegistryOwnership ownership;
  private final LocalHost host;
  private final Consumer<String> log;
  private final String name;
  private final Lookout lookout;

  /** Whether the session may have been another one since host and guests were last told of. */
  private final AtomicBoolean joining = new AtomicBoolean(true);

  // The lookout's own.
  private final Map<String, Departure> departures = new HashMap<>();
  private final Set<String> fenced = new HashSet<>();
  private final Set<String> owned = new HashSet<>();
  private @Nullable HostRecord announced;
  private boolean remembered;
  private String complaint = "";
  private long describedNanos;

  private HostAgent(
      Registry registry, RegistryOwnership ownership, LocalHost host, Consumer<String> log) {
    this.registry = registry;
    this.ownership = ownership;
    this.host = host;
    this.log = log;
    name = host.describe().name();
    lookout = new Lookout("fleet-agent", Duration.ZERO, this::attend);
  }

  /**
   * Joins a host to a fleet.
   *
   * @param log takes sentences for the host's log
   */
  public static HostAgent join(
      Registry registry, RegistryOwnership ownership, LocalHost host, Consumer<String> log) {
    var agent = new HostAgent(registry, ownership, host, log);
    registry.onLink(agent::heard);
    registry.onChange(agent::wake);
    agent.lookout.start();
    return agent;
  }

  private void heard(RegistryLink link) {
    if (link != RegistryLink.SUSPENDED) {
      joining.set(true);
    }
    log.accept(
        switch (link) {
          case SUSPENDED -> "The registry does not answer: guests and moves go on without it.";
          case LOST -> "The registry takes this host for gone: its guests stay its own.";
          case BACK -> "The registry answers.";
        });
    wake();
  }

  /** Has the agent look at once: a guest was started or stopped. */
  public void wake() {
    lookout.wake();
  }

  private void attend() {
    try {
      step();
      complain("");
    } catch (RegistryException e) {
      if (e.kind() != Kind.STALE) {
        complain(String.valueOf(e.getMessage()));
      }
    } catch (RuntimeException e) {
      // What is wrong with one guest must not end the host's part in the fleet.
      complain("The host's part in the fleet failed: " + e);
    }
  }

  /** Says a thing once until it is another. */
  private void complain(String words) {
    if (!words.equals(complaint) && !words.isEmpty()) {
      log.accept(words);
    }
    complaint = words;
  }

  private void step() throws RegistryException {
    boolean anew = joining.getAndSet(false);
    boolean done = false;
    try {
      announce(anew);
      if (!remembered) {
        owned.addAll(registry.guestsOf(name));
        remembered = true;
      }
      look(anew);
      takeOrders();
      done = true;
    } finally {
      if (anew && !done) {
        joining.set(true);
      }
    }
  }

  private void announce(boolean anew) throws RegistryException {
    HostRecord now = host.describe();
    if (anew || !now.equals(announced)) {
      announced = null;
      registry.announce(now);
      announced = now;
    }
  }

  /** Takes the names of guests that are new, gives up those that are gone, and fences. */
  private void look(boolean anew) throws RegistryException {
    Map<String, LocalHost.Guest> guests = host.guests();
    for (Map.Entry<String, LocalHost.Guest> guest : guests.entrySet()) {
      if (anew || !owned.contains(guest.getKey())) {
        verify(guest.getKey(), guest.getValue());
      }
    }
    for (String guest : Set.copyOf(owned)) {
      if (!guests.containsKey(guest) && !host.has(guest)) {
        // One that went to another host is that host's by now, and this changes nothing.
        ownership.release(guest);
        owned.remove(guest);
      }
    }
    fenced.retainAll(guests.keySet());
    if (anew || System.nanoTime() - describedNanos > DESCRIBED.toNanos()) {
      describedNanos = System.nanoTime();
      for (String guest : owned) {
        LocalHost.Guest there = guests.get(guest);
        if (there != null && !host.isLeaving(guest)) {
          ownership.describe(guest, there.shape());
        }
      }
    }
  }

  private void verify(String guest, LocalHost.Guest there) throws RegistryException {
    try {
      ownership.claim(guest, there.shape(), there.group());
      owned.add(guest);
      fenced.remove(guest);
    } catch (RegistryException e) {
      if (e.kind() != Kind.EXISTS && e.kind() != Kind.MALFORMED) {
        throw e;
      }
      owned.remove(guest);
      if (fenced.add(guest)) {
        log.accept("%s has to stand still. %s".formatted(guest, e.getMessage()));
        host.fenced(guest);
      }
    }
  }

  private void takeOrders() throws RegistryException {
    for (Versioned<MoveRecord> order : registry.ordersOf(name).values()) {
      MoveRecord said = order.value();
      if (said.ended()) {
        continue;
      }
      Departure departure = departures.get(said.guest());
      if (departure != null && departure.is(said)) {
        departure.tell(order);
      } else if (said.state() == MoveRecord.State.ORDERED) {
        takeUp(order);
      } else {
        settle(order);
      }
    }
    departures.values().removeIf(Departure::told);
  }

  private void takeUp(Versioned<MoveRecord> order) throws RegistryException {
    MoveRecord said = order.value();
    String obstacle = obstacle(said);
    if (obstacle == null) {
      var departure = new Departure(said);
      departure.writtenNanos = System.nanoTime();
      registry.replaceOrder(said.moving(null, null), order.version());
      departures.put(said.guest(), departure);
      begin(departure);
    } else {
      answer(order, obstacle);
    }
  }

  private void begin(Departure departure) {
    try {
      host.migrate(departure.order, departure);
    } catch (RuntimeException e) {
      departure.ended("The move could not begin: " + e);
    }
  }

  private @Nullable String obstacle(MoveRecord order) throws RegistryException {
    if (order.cancel()) {
      return "It was called off before it began.";
    }
    if (host.isLeaving(order.guest())) {
      return "Another move of %s is under way.".formatted(order.guest());
    }
    if (!host.guests().containsKey(order.guest())) {
      return "The host %s has no guest %s.".formatted(name, order.guest());
    }
    return switch (ownership.holds(order.guest())) {
      case YES -> null;
      case NO -> "The host %s does not own %s.".formatted(name, order.guest());
      case UNKNOWN ->
          throw new RegistryException(
              Kind.UNREACHABLE, "The registry did not say whose %s is.".formatted(order.guest()));
    };
  }

  /** Answers an order that a life before this one took up. */
  private void settle(Versioned<MoveRecord> order) throws RegistryException {
    MoveRecord said = order.value();
    if (!host.isLeaving(said.guest())) {
      answer(
          order,
          "The host %s was restarted, or lost the registry, when it took up the move of %s."
              .formatted(name, said.guest()));
    } else if (said.cancel()) {
      host.cancel(said.guest());
    }
  }

  /**
   * DONE if the destination owns the guest, whatever else is known; else FAILED for that reason.
   */
  private void answer(Versioned<MoveRecord> order, String failure) throws RegistryException {
    MoveRecord said = order.value();
    Optional<Versioned<GuestRecord>> guest = registry.guest(said.guest());
    boolean done = guest.isPresent() && guest.get().value().owner().equals(said.destination());
    registry.replaceOrder(done ? said.done() : said.failed(failure), order.version());
  }

  /** A move of this life, and what is to be told of it. */
  private final class Departure implements LocalHost.Progress {
    private final MoveRecord order;
    private long writtenNanos;
    private boolean cancelled;
    private boolean told;

    // Under this object's lock: told by the move's threads, read by the agent's.
    private @Nullable Long bytesLeft;
    private @Nullable Double secondsLeft;
    private @Nullable String failure;

    Departure(MoveRecord order) {
      this.order = order;
    }

    boolean is(MoveRecord other) {
      return order.job().equals(other.job())
          && order.attempt() == other.attempt()
          && order.destination().equals(other.destination());
    }

    boolean told() {
      return told;
    }

    @Override
    public synchronized void moving(@Nullable Long bytes, @Nullable Double seconds) {
      bytesLeft = bytes;
      secondsLeft = seconds;
    }

    @Override
    public void ended(String words) {
      synchronized (this) {
        failure = words;
      }
      wake();
    }

    void tell(Versioned<MoveRecord> newest) throws RegistryException {
      MoveRecord said = newest.value();
      String ending;
      MoveRecord now;
      synchronized (this) {
        ending = failure;
        now = said.moving(bytesLeft, secondsLeft);
      }
      if (ending != null) {
        if (ending.isEmpty() && ownership.holds(order.guest()) == Answer.YES) {
          ending = "The move ended, and the guest is still the source's.";
        }
        answer(newest, ending);
        told = true;
      } else if (said.cancel() && !cancelled) {
        cancelled = true;
        host.cancel(order.guest());
      } else if (!now.equals(said) && System.nanoTime() - writtenNanos > PROGRESS.toNanos()) {
        registry.replaceOrder(now, newest.version());
        writtenNanos = System.nanoTime();
      }
    }
  }

  /** Ends the agent; the host stays a member, and its guests its own. */
  @Override
  public void close() {
    lookout.close();
    try {
      registry.leave(name);
    } catch (RegistryException e) {
      // Its presence ends with its session.
      log.accept(String.valueOf(e.getMessage()));
    }
  }
}
