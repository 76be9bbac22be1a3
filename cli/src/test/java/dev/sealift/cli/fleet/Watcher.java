package dev.sealift.cli.fleet;

import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Asks all hosts again and again which guests run there. Guests of an evacuation never come back;
 * so one that a host runs before and after another one is seen to run it, runs twice.
 */
final class Watcher implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final String RUNNING = "running";

  private final FleetLab lab;
  private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::watch);
  private final Map<String, Long> lastSeenRunning = new HashMap<>();
  private final Set<String> doubled = new TreeSet<>();
  private long longestStill;
  private volatile boolean closed;

  private Watcher(FleetLab lab) {
    this.lab = lab;
  }

  static Watcher of(FleetLab lab) {
    var watcher = new Watcher(lab);
    watcher.thread.start();
    return watcher;
  }

  private void watch() {
    Map<Integer, Set<String>> before = look();
    while (!closed) {
      Map<Integer, Set<String>> now = look();
      compare(before, now);
      before = now;
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException ending) {
        return;
      }
    }
  }

  private Map<Integer, Set<String>> look() {
    Map<Integer, Set<String>> running = new HashMap<>();
    for (int host = 1; host <= FleetLab.HOSTS; host++) {
      Set<String> here = new HashSet<>();
      Optional<HostView> view = lab.look(host);
      view.ifPresent(there ->
          there.guests().stream()
              .filter(guest -> guest.state().equals(RUNNING))
              .map(GuestView::name)
              .forEach(here::add));
      here.forEach(this::runs);
      running.put(host, here);
    }
    return running;
  }

  private synchronized void runs(String guest) {
    long now = System.nanoTime();
    Long last = lastSeenRunning.put(guest, now);
    if (last != null) {
      longestStill = Math.max(longestStill, now - last);
    }
  }

  private synchronized void compare(
      Map<Integer, Set<String>> before, Map<Integer, Set<String>> now) {
    for (int one = 1; one <= FleetLab.HOSTS; one++) {
      Set<String> stayed = new HashSet<>(before.get(one));
      stayed.retainAll(now.get(one));
      for (int other = 1; other <= FleetLab.HOSTS; other++) {
        if (other != one) {
          Set<String> twice = new HashSet<>(other > one ? before.get(other) : now.get(other));
          twice.retainAll(stayed);
          doubled.addAll(twice);
        }
      }
    }
  }

  /** Guests that were seen to run at two hosts. */
  synchronized Set<String> doubled() {
    return Set.copyOf(doubled);
  }

  /** Longer than this no guest was not seen to run; what a look takes is in it. */
  synchronized Duration longestStill() {
    return Duration.ofNanos(longestStill);
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }
}
