package dev.sealift.migration.wire;

/** Where a destination is in a move that its source asks after, as STANDING carries it (u8). */
public enum Place {
  /** It has never heard of a move of this name, or not from this source. */
  UNKNOWN(0),
  /** It takes the guest's memory in, and goes on with that on the new link. */
  RECEIVING(1),
  /** The guest is whole; only COMMIT is missing. */
  PREPARED(2),
  /** COMMIT was heard, and the guest does not run yet. */
  COMMITTED(3),
  /** The guest runs. */
  RUNNING(4),
  /** Nothing of the guest is left. */
  GONE(5);

  private final int number;

  Place(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** The one with this number. */
  static Place of(int number) throws MigrationException {
    for (Place place : values()) {
      if (place.number == number) {
        return place;
      }
    }
    throw MigrationException.malformed("STANDING: there is no place of number " + number);
  }
}
