package dev.sealift.cli.view;

import java.util.Map;

/**
 * A host of a fleet.
 *
 * @param name unique in the fleet
 * @param address where it takes guests in, as {@code host:port}
 * @param present whether it is there; what follows is zero or empty where it is not
 * @param takesGuests whether the fleet may send it guests
 * @param api its firmware's API and build, as {@code 1.55.21}
 * @param labels where it stands
 * @param guests that it owns
 * @param memoryBytes of these
 * @param capacityBytes what it has room for
 * @param linkBytesPerSecond what its link carries, each way
 * @param movesOut moves under way that leave it
 * @param movesIn moves under way that come to it
 */
public record FleetHost(
    String name,
    String address,
    boolean present,
    boolean takesGuests,
    String api,
    Map<String, String> labels,
    int guests,
    long memoryBytes,
    long capacityBytes,
    long linkBytesPerSecond,
    int movesOut,
    int movesIn) {
  public FleetHost {
    labels = Map.copyOf(labels);
  }
}
