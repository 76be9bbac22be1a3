package dev.sealift.cli.host;

import dev.sealift.fleet.Capacity;
import dev.sealift.fleet.registry.RegistrySettings;
import java.util.Map;

/**
 * What a host is to its fleet.
 *
 * @param registry where the fleet's memory is
 * @param capacity what it has room for
 * @param linkBytesPerSecond what its link carries, each way
 * @param takesGuests whether the fleet may send it guests
 * @param lease whether its guests stand still while the registry does not answer
 * @param labels where it stands
 */
record FleetSettings(
    RegistrySettings registry,
    Capacity capacity,
    long linkBytesPerSecond,
    boolean takesGuests,
    boolean lease,
    Map<String, String> labels) {
  FleetSettings {
    labels = Map.copyOf(labels);
  }
}
