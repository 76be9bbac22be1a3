package dev.sealift.cli.adversary;

/** How far an attack gets. */
public enum Verdict {
  /** Nothing comes of it, and nobody need notice. */
  HELD("HELD"),
  /** It is noticed and refused; the guest goes on where it was. */
  DETECTED("DETECTED"),
  /** The attacker gets what it wants. */
  NOT_PREVENTED("NOT PREVENTED");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  /** As it is printed. */
  public String words() {
    return words;
  }

  /** Whether an attack of this verdict got further than one of another. */
  public boolean isFurtherThan(Verdict other) {
    return compareTo(other) > 0;
  }
}
