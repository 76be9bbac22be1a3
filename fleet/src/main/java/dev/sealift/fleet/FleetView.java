package dev.sealift.fleet;

import java.util.Map;

/**
 * A fleet at one moment, as far as somebody has read it.
 *
 * @param hosts those that are there, by name
 * @param guests all of them, by name; the owner of some may not be there
 * @param moves the newest order of each guest that has one, with what its source last said of it,
 *     by the guest's name
 */
public record FleetView(
    Map<String, HostRecord> hosts,
    Map<String, Versioned<GuestRecord>> guests,
    Map<String, MoveRecord> moves) {
  public FleetView {
    hosts = Map.copyOf(hosts);
    guests = Map.copyOf(guests);
    moves = Map.copyOf(moves);
  }
}
