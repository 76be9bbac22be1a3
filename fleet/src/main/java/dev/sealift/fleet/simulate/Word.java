package dev.sealift.fleet.simulate;

import dev.sealift.migration.wire.Place;

/** What the two hosts of a move say to each other. */
sealed interface Word {

  /** What is said without a detail. */
  enum Plain implements Word {
    GUEST,
    READY,
    RESUME,
    PREPARE,
    PREPARED,
    COMMIT,
    RUNNING,
    ABORT
  }

  /**
   * Where the destination stands.
   *
   * @param place where
   */
  record Standing(Place place) implements Word {}
}
