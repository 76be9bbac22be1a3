package dev.sealift.migration;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;

/** What a host remembers of its hand-overs across a crash. Thread-safe. */
public interface HandOverJournal {

  /**
   * Writes a step down; a {@linkplain HandOverStep#isDurable durable} one is on the disk when this
   * returns.
   */
  void record(HandOverStep step, MoveId move) throws IOException;
}
