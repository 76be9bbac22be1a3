package dev.sealift.bench;

import java.util.Locale;

/** The two things that a packet engine does. */
public enum PacketOperation {
  SEAL,
  OPEN;

  /** Its name in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
