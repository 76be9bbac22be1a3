package dev.sealift.firmware;

import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.TransportKeys;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The engines for the packets of one session: one for each thread that is at it, used again.
 * Thread-safe, but closed only when all are given back.
 */
final class SessionEngines implements AutoCloseable {
  private final TransportKeys keys;
  private final Deque<PacketEngine> idle = new ArrayDeque<>();

  /** Engines with these keys, which stay the session's. */
  SessionEngines(TransportKeys keys) {
    this.keys = keys;
  }

  /** An engine, for one thread until it is given back. */
  PacketEngine take(EngineChoice choice) {
    synchronized (idle) {
      PacketEngine engine = idle.pollLast();
      if (engine != null) {
        return engine;
      }
    }
    return choice.open(keys);
  }

  void giveBack(PacketEngine engine) {
    synchronized (idle) {
      idle.addLast(engine);
    }
  }

  /** Wipes the engines' copies of the keys. */
  @Override
  public void close() {
    synchronized (idle) {
      idle.forEach(PacketEngine::close);
      idle.clear();
    }
  }
}
