package dev.sealift.migration.plan;

/** What a page waits for longest: all else could be faster, and the move would not be. */
public enum Bottleneck {
  SOURCE_PROCESSOR,
  LINK,
  DESTINATION_PROCESSOR,
  /** The threads of the data connections, each of which seals, then sends, or reads, then opens. */
  CONNECTIONS,
  /** The limit that was asked for; it does not hold for the last round. */
  BANDWIDTH_LIMIT
}
