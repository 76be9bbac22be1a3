package dev.sealift.fleet.simulate;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What is yet to happen, on a clock that jumps from one event to the next. */
final class EventQueue {
  static final long SECOND = 1_000_000;

  /** Of several at one moment, the one that was planned first comes first. */
  private record Event(long at, long number, Runnable action) {}

  private final PriorityQueue<Event> due =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));

  private long now;
  private long numbers;

  /** Microseconds since the beginning. */
  long now() {
    return now;
  }

  /** Something happens after so many microseconds. */
  void in(long micros, Runnable action) {
    due.add(new Event(now + Math.max(0, micros), numbers++, action));
  }

  /** Goes on to what happens next; false where nothing does. */
  boolean next() {
    Event event = due.poll();
    if (event == null) {
      return false;
    }
    now = event.at();
    event.action().run();
    return true;
  }

  /** How many events there were and will be. */
  long events() {
    return numbers;
  }
}
