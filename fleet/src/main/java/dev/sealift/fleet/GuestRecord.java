package dev.sealift.fleet;

/**
 * A guest, and the one host that may run it. The record's version in the registry is the fencing
 * token of a hand-over: COMMIT replaces the owner at the version that the source has read.
 *
 * @param name unique in the fleet
 * @param owner the host that may run it
 * @param shape what it is to a planner
 * @param group guests of one group are kept apart; empty for none
 */
public record GuestRecord(String name, String owner, GuestShape shape, String group) {

  /** The same guest, which another host may run. */
  public GuestRecord ownedBy(String host) {
    return new GuestRecord(name, host, shape, group);
  }
}
