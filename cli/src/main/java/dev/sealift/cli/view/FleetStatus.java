package dev.sealift.cli.view;

import java.time.Instant;
import java.util.List;

/**
 * A fleet at one moment, as its registry has it.
 *
 * @param registry where that is
 * @param now when this was true
 * @param hosts its members, by name
 * @param guests all of them, by name
 * @param jobs those under way and the last ones that ended, newest change first
 * @param warnings a sentence for each record that could not be read and was left out
 */
public record FleetStatus(
    String registry,
    Instant now,
    List<FleetHost> hosts,
    List<FleetGuest> guests,
    List<FleetJob> jobs,
    List<String> warnings) {
  public FleetStatus {
    hosts = List.copyOf(hosts);
    guests = List.copyOf(guests);
    jobs = List.copyOf(jobs);
    warnings = List.copyOf(warnings);
  }
}
