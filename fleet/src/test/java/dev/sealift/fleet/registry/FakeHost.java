package dev.sealift.fleet.registry;

import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.migration.handover.Ownership.Answer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A host whose guests have no memory: a move of one is its hand-over. */
final class FakeHost implements LocalHost {
  static final GuestShape SHAPE = new GuestShape(64L << 20, 1, 100, 1000);

  final String name;
  final RegistryOwnership ownership;
  final Map<String, Guest> guests = new ConcurrentHashMap<>();
  final Set<String> leaving = ConcurrentHashMap.newKeySet();
  final Set<String> cancelled = ConcurrentHashMap.newKeySet();
  final List<String> fenced = new CopyOnWriteArrayList<>();
  final List<String> begun = new CopyOnWriteArrayList<>();

  /** While this is true, moves send rounds for ever. */
  volatile boolean slow;

  private final Function<String, FakeHost> peers;

  FakeHost(String name, Registry registry, Function<String, FakeHost> peers) {
    this.name = name;
    this.peers = peers;
    ownership = new RegistryOwnership(registry, name);
  }

  void start(String guest) {
    guests.put(guest, new Guest(SHAPE, ""));
  }

  @Override
  public HostRecord describe() {
    return RegistryTest.host(name);
  }

  @Override
  public Map<String, Guest> guests() {
    return Map.copyOf(guests);
  }

  @Override
  public boolean has(String guest) {
    return guests.containsKey(guest) || leaving.contains(guest);
  }

  @Override
  public boolean isLeaving(String guest) {
    return leaving.contains(guest);
  }

  @Override
  public void migrate(MoveRecord order, Progress progress) {
    begun.add(order.guest());
    leaving.add(order.guest());
    Thread.startVirtualThread(() -> send(order, progress));
  }

  private void send(MoveRecord order, Progress progress) {
    String guest = order.guest();
    for (long round = 1; slow && !cancelled.contains(guest); round++) {
      progress.moving(round, 1.0);
      rest();
    }
    if (cancelled.contains(guest) || ownership.holds(guest) != Answer.YES) {
      leaving.remove(guest);
      progress.ended(cancelled.contains(guest) ? "It was called off." : "Its owner is not known.");
      return;
    }
    Guest finished = guests.remove(guest);
    String key = RegistryTest.key(order.destination());
    while (ownership.grant(guest, key) != Answer.YES) {
      rest();
    }
    FakeHost destination = peers.apply(order.destination());
    while (destination.ownership.holds(guest) != Answer.YES) {
      rest();
    }
    destination.guests.put(guest, finished);
    leaving.remove(guest);
    progress.ended("");
  }

  private static void rest() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void cancel(String guest) {
    cancelled.add(guest);
  }

  @Override
  public void fenced(String guest) {
    fenced.add(guest);
  }
}
