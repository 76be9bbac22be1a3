package dev.sealift.migration.handover;

import java.util.Locale;

/** Which of the two hosts of a move. */
public enum Side {
  SOURCE,
  DESTINATION;

  /** {@code source} or {@code destination}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
