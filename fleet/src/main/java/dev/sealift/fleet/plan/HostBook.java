package dev.sealift.fleet.plan;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;

/** What one host carries, and what is promised to it. */
final class HostBook {
  private final HostRecord host;
  private long memoryBytes;
  private int guests;
  private int esGuests;
  private int moves;

  HostBook(HostRecord host) {
    this.host = host;
  }

  HostRecord host() {
    return host;
  }

  /** A guest is there, or is to come. */
  void add(GuestShape shape) {
    count(shape, 1);
  }

  /** A guest is no longer there. */
  void remove(GuestShape shape) {
    count(shape, -1);
  }

  private void count(GuestShape shape, int by) {
    memoryBytes += by * shape.memoryBytes();
    if (new GuestPolicy(shape.policy()).es()) {
      esGuests += by;
    } else {
      guests += by;
    }
  }

  /** A move from there or to there is under way. */
  void addMove() {
    moves++;
  }

  /** Moves from there and to there that are under way. */
  int moves() {
    return moves;
  }

  /** What of its memory is still free of guests. */
  long freeBytes() {
    return host.capacity().memoryBytes() - memoryBytes;
  }

  long memoryBytes() {
    return memoryBytes;
  }

  /** Whether there is an ASID for one more guest of this kind. */
  boolean hasAsid(boolean es) {
    return es ? esGuests < host.capacity().esGuests() : guests < host.capacity().guests();
  }

  /** The share of its memory that guests would have with so much more, 0 to 1. */
  double share(long moreBytes) {
    long all = host.capacity().memoryBytes();
    return all <= 0 ? 1 : (double) (memoryBytes + moreBytes) / all;
  }
}
