package dev.sealift.migration;

/** What a link does to one place of a stream. */
enum LinkFault {
  /** The connection is cut; others live on, and new ones are taken. */
  CUT("cut"),
  /** All connections are cut, and none is taken for a while. */
  SEVER("severed, for a while"),
  /** Nothing more passes in this direction, and nobody is told. */
  STALL("stalled for ever"),
  /** Nothing passes for a moment that is shorter than the time limit. */
  PAUSE("stalled for a while"),
  /** Byte by byte, for some bytes. */
  SLOW("slow for a while"),
  /** Byte by byte, for ever. */
  TRICKLE("slow for ever"),
  /** Two neighbouring pieces change places. */
  SWAP("reordered"),
  /** A piece comes twice. */
  REPEAT("duplicated"),
  /** A piece is missing. */
  DROP("dropped"),
  /** A bit is flipped. */
  FLIP("corrupted");

  final String words;

  LinkFault(String words) {
    this.words = words;
  }
}
