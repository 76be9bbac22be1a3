package dev.sealift.cli.host;

import dev.sealift.cli.view.MoveView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The moves of a host: those under way, and the last ones that ended. Thread-safe. */
final class HostedMoves {
  private static final int MOST_ENDED = 32;

  private final Deque<HostedMove> newestFirst = new ArrayDeque<>();

  synchronized void add(HostedMove move) {
    newestFirst.addFirst(move);
    long ended = newestFirst.stream().filter(HostedMove::ended).count();
    for (var oldest = newestFirst.descendingIterator(); ended > MOST_ENDED && oldest.hasNext(); ) {
      if (oldest.next().ended()) {
        oldest.remove();
        ended--;
      }
    }
  }

  synchronized Optional<HostedMove> find(String id) {
    return newestFirst.stream().filter(move -> move.id().equals(id)).findFirst();
  }

  /** The move away from here that a guest is in. */
  synchronized Optional<HostedMove> leaving(String guest) {
    return newestFirst.stream()
        .filter(move -> move.isOutgoing() && !move.ended() && move.guest().equals(guest))
        .findFirst();
  }

  synchronized List<HostedMove> all() {
    return List.copyOf(newestFirst);
  }

  /** All of them now, newest first. */
  List<MoveView> views() {
    return all().stream().map(HostedMove::view).toList();
  }
}
