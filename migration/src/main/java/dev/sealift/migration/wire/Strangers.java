package dev.sealift.migration.wire;

import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * Callers who have not yet proved who they are. Where there are too many, the one who has been at
 * it for the longest is hung up on: an honest host proves itself in milliseconds, and whoever says
 * nothing keeps nobody else away. Thread-safe.
 */
final class Strangers {
  private final int most;
  private final SequencedSet<SocketChannel> waiting = new LinkedHashSet<>();

  /**
   * Nobody yet.
   *
   * @param most who are there at a time
   */
  Strangers(int most) {
    this.most = most;
  }

  /** Somebody calls. */
  synchronized void add(SocketChannel caller) {
    waiting.addLast(caller);
    if (waiting.size() > most) {
      Connections.close(waiting.removeFirst());
    }
  }

  /** A caller has proved who it is, or is gone. */
  synchronized void remove(SocketChannel caller) {
    waiting.remove(caller);
  }
}
