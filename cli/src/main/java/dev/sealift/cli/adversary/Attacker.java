package dev.sealift.cli.adversary;

/** Who attacks. */
public enum Attacker {
  /** Sees, changes, keeps back and repeats every byte between two honest hosts; has no key. */
  NETWORK("hostile network"),
  /** The host at one end of a move, with a TLS certificate that the other end trusts. */
  PEER("hostile peer host"),
  /** The VMM or hypervisor of the guest's own host, with all memory and every system call. */
  HYPERVISOR("hostile VMM");

  private final String words;

  Attacker(String words) {
    this.words = words;
  }

  /** As it is printed. */
  public String words() {
    return words;
  }
}
