package dev.sealift.testkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** At which byte of a link's traffic what goes wrong. Thread-safe. */
final class LinkFaults {
  private final List<Order> orders = new ArrayList<>();
  private long passed;

  /** What goes wrong. */
  enum Kind {
    CUT("cut"),
    SEVER("severed"),
    STALL("stalled"),
    FLIP("made to flip a bit");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private record Order(Kind kind, long at) {}

  /**
   * What may pass now.
   *
   * @param bytes so many
   * @param fault what goes wrong after them
   */
  record Stretch(int bytes, Optional<Kind> fault) {}

  synchronized void order(Kind kind, long after) {
    if (after < 0) {
      throw new IllegalArgumentException("bytes are counted from now on: " + after);
    }
    orders.add(new Order(kind, passed + after));
    orders.sort(Comparator.comparingLong(Order::at));
  }

  synchronized long passed() {
    return passed;
  }

  /** Bytes are about to pass: up to the next fault, all of them where none is near. */
  synchronized Stretch pass(int bytes) {
    if (!orders.isEmpty() && orders.getFirst().at() - passed < bytes) {
      Order due = orders.removeFirst();
      int before = (int) (due.at() - passed);
      passed += before;
      return new Stretch(before, Optional.of(due.kind()));
    }
    passed += bytes;
    return new Stretch(bytes, Optional.empty());
  }

  synchronized void clear() {
    orders.clear();
  }

  /** The faults that have not struck, a sentence each. */
  synchronized List<String> left() {
    return orders.stream()
        .map(order ->
            "A link was to be %s at byte %d, and only %d came. Take it back with mend(), or send more."
                .formatted(order.kind().words, order.at(), passed))
        .toList();
  }
}
