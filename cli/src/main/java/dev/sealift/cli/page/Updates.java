package dev.sealift.cli.page;

import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells listeners what has changed at a host, as server-sent events. The host is asked four times a
 * second while somebody listens and not at all else; what has not changed is not sent. A listener
 * who is slow gets the newest state when it is ready, not all that it has missed.
 */
final class Updates implements AutoCloseable {
  /** How often the host is looked at. */
  static final Duration PERIOD = Duration.ofMillis(250);

  /**
   * After so long without a change a listener is sent a comment, so that a dead link is noticed.
   */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  /** How often, and how long each time, a new listener waits for the end of links that are dead. */
  private static final int PROBES = 4;

  private static final Duration PROBE = Duration.ofMillis(150);

  /** What listeners are told. */
  enum Kind {
    /** The host's view. */
    VIEW,
    /** Those pieces of the page that have changed, and which moves there are. */
    PIECES
  }

  /**
   * The host at one moment, without that moment's time: two states are equal where nothing else has
   * changed.
   */
  private record State(long number, HostView view, Map<String, String> pieces) {}

  private final Supplier<HostView> host;
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int listeners;
  private int probes;
  private boolean closed;
  private @Nullable State state;

  /**
   * Begins to wait for listeners.
   *
   * @param limit how many there may be at a time
   */
  Updates(Supplier<HostView> host, int limit) {
    this.host = host;
    this.limit = limit;
    Thread.ofVirtual().name("status updates").start(this::look);
  }

  /**
   * Takes one more listener, who must {@link #listen} and {@link #leave}; false where it is full.
   * That a page has been closed shows only when something is written to it, so those who listen are
   * written to before anybody is refused.
   */
  boolean join() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      for (int i = 0; i < PROBES && listeners == limit && !closed; i++) {
        probes++;
        changed.signalAll();
        long left = PROBE.toNanos();
        while (listeners == limit && left > 0) {
          left = changed.awaitNanos(left);
        }
      }
      if (closed || listeners == limit) {
        return false;
      }
      listeners++;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many listeners there are. */
  int listeners() {
    lock.lock();
    try {
      return listeners;
    } finally {
      lock.unlock();
    }
  }

  /** One listener less. */
  void leave() {
    lock.lock();
    try {
      listeners--;
      changed.signalAll();
      if (listeners == 0) {
        // Whoever comes next is not to be told of a past that nobody has looked after.
        state = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends events until the updates end.
   *
   * @throws IOException as soon as the listener is gone
   */
  void listen(Kind kind, OutputStream out) throws IOException, InterruptedException {
    out.write("retry: 2000\n\n".getBytes(StandardCharsets.UTF_8));
    out.flush();
    Map<String, String> known = new HashMap<>();
    long seen = 0;
    int probed = 0;
    while (true) {
      State next;
      lock.lockInterruptibly();
      try {
        long left = SILENCE.toNanos();
        while (!closed
            && (state == null || state.number() == seen)
            && probes == probed
            && left > 0) {
          left = changed.awaitNanos(left);
        }
        probed = probes;
        if (closed) {
          return;
        }
        next = state;
      } finally {
        lock.unlock();
      }
      if (next == null || next.number() == seen) {
        out.write(":\n\n".getBytes(StandardCharsets.UTF_8));
      } else {
        seen = next.number();
        // JSON on one line, as an event's data has to be.
        String data =
            JsonMapper.shared()
                .writeValueAsString(kind == Kind.VIEW ? next.view() : pieces(next, known));
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
      }
      out.flush();
    }
  }

  private static Map<String, Object> pieces(State state, Map<String, String> known) {
    Map<String, String> fresh = new LinkedHashMap<>();
    state
        .pieces()
        .forEach((name, html) -> {
          if (!html.equals(known.get(name))) {
            fresh.put(name, html);
          }
        });
    known.clear();
    known.putAll(state.pieces());
    List<String> moves = new ArrayList<>();
    for (MoveView move : state.view().moves()) {
      moves.add(StatusPage.MOVE + Anchors.of(move.id()));
    }
    return Map.of("pieces", fresh, "moves", moves);
  }

  private void look() {
    long number = 0;
    try {
      while (true) {
        lock.lockInterruptibly();
        try {
          while (!closed && listeners == 0) {
            changed.await();
          }
          if (closed) {
            return;
          }
        } finally {
          lock.unlock();
        }
        State next = next(number + 1);
        if (next != null) {
          number = next.number();
        }
        TimeUnit.NANOSECONDS.sleep(PERIOD.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The host's state if it is another one than the last; else null. */
  private @Nullable State next(long number) {
    HostView view;
    try {
      view = timeless(host.get());
    } catch (RuntimeException e) {
      // Its requests for the page are told; listeners wait until it answers again.
      return null;
    }
    State last = state();
    if (last != null && last.view().equals(view)) {
      return null;
    }
    State next = new State(number, view, StatusPage.pieces(view));
    lock.lock();
    try {
      if (listeners == 0) {
        return null;
      }
      state = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return next;
  }

  private @Nullable State state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  private static HostView timeless(HostView view) {
    return new HostView(
        view.name(),
        view.version(),
        view.kind(),
        view.kernel(),
        view.emulated(),
        Instant.EPOCH,
        view.started(),
        view.address(),
        view.platform(),
        view.guests(),
        view.moves(),
        view.fleet());
  }

  /** Ends all listening. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
