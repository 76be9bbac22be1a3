package dev.sealift.fleet.registry;

import dev.sealift.fleet.FleetView;
import java.util.List;
import java.util.Map;

/**
 * A fleet as it was read.
 *
 * @param fleet hosts, guests and moves
 * @param moveVersions of each move in {@code fleet}, by the guest's name
 * @param members every host that belongs to the fleet, there or not, by name
 * @param warnings a sentence for each record that could not be read and was left out
 */
public record FleetSnapshot(
    FleetView fleet,
    Map<String, Integer> moveVersions,
    Map<String, MemberRecord> members,
    List<String> warnings) {
  public FleetSnapshot {
    moveVersions = Map.copyOf(moveVersions);
    members = Map.copyOf(members);
    warnings = List.copyOf(warnings);
  }
}
