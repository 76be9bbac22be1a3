package dev.sealift.cli.process;

import java.util.Locale;

/** What a host process is in a move. */
public enum HostRole {
  SOURCE,
  DESTINATION;

  /** The word on its command line, and for people. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
