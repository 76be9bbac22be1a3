package dev.sealift.fleet.simulate;

import java.util.Locale;

/** What breaks in a simulated fleet. */
public enum Fault {
  /** A host's process is killed, and started again within a minute; its guests run on. */
  HOST(6),
  /** A host is gone for good, with its guests. */
  GONE(0.5),
  /** The coordinator is killed, perhaps with half of a step written; another one follows. */
  COORDINATOR(6),
  /** A host does not reach the registry for up to a minute. */
  CUT(12),
  /** Nobody reaches the registry for up to half a minute. */
  REGISTRY(2),
  /** Two hosts do not reach each other for up to a minute and a half. */
  LINK(12);

  private final double perHour;

  Fault(double perHour) {
    this.perHour = perHour;
  }

  /** How often it happens in an hour in the whole fleet, where nothing else is said. */
  public double perHour() {
    return perHour;
  }

  /** {@code host}, {@code gone}, ... */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
