package dev.sealift.migration;

/**
 * A place in the traffic of a move: frames are told apart by their number, not by a count of bytes,
 * because certificates' signatures and the pages that a guest dirties differ from move to move.
 *
 * @param stream the connection's kind, number and direction
 * @param frame the frame's number in the stream, from 0
 * @param spot where in it
 */
record LinkPlace(Stream stream, int frame, Spot spot) {

  /**
   * One direction of a connection.
   *
   * @param data whether it is a data connection
   * @param number the connection's number among those of its kind, in the order in which the source
   *     opened them, from 0
   * @param back from the destination to the source
   */
  record Stream(boolean data, int number, boolean back) {
    @Override
    public String toString() {
      return "%s connection %d%s".formatted(data ? "data" : "control", number, back ? " back" : "");
    }
  }

  /**
   * A boundary between frames, a byte beside it, the length that a TLS record and a preamble begin
   * with, or the middle.
   */
  enum Spot {
    BOUNDARY,
    ONE_AFTER,
    IN_THE_LENGTH,
    MIDDLE,
    ONE_BEFORE_THE_NEXT;

    /** How many bytes of a frame lie before it. */
    int offset(int length) {
      return switch (this) {
        case BOUNDARY -> 0;
        case ONE_AFTER -> Math.min(1, length - 1);
        case IN_THE_LENGTH -> Math.min(4, length - 1);
        case MIDDLE -> length / 2;
        case ONE_BEFORE_THE_NEXT -> length - 1;
      };
    }
  }
}
