package dev.sealift.fleet;

import java.util.Map;

/**
 * What a host says of itself for as long as it is there.
 *
 * @param name unique in the fleet
 * @param address where it takes guests in, as {@code host:port}
 * @param key the fingerprint of its TLS key, as {@code sha256:} and 64 hexadecimal digits
 * @param platform its SEV platform
 * @param capacity what it has room for when it is empty
 * @param linkBytesPerSecond what its link carries, each way; more than 0
 * @param takesGuests false where it is being emptied or its owner wants no more guests on it
 * @param labels where it stands, as {@code rack=r7}; guests of one group are kept apart by one of
 *     these
 * @param lease whether its guests stand still while it does not reach the registry
 */
public record HostRecord(
    String name,
    String address,
    String key,
    PlatformRecord platform,
    Capacity capacity,
    long linkBytesPerSecond,
    boolean takesGuests,
    Map<String, String> labels,
    boolean lease) {
  public HostRecord {
    labels = Map.copyOf(labels);
  }

  /** A host whose guests run on, whether it reaches the registry or not. */
  public HostRecord(
      String name,
      String address,
      String key,
      PlatformRecord platform,
      Capacity capacity,
      long linkBytesPerSecond,
      boolean takesGuests,
      Map<String, String> labels) {
    this(name, address, key, platform, capacity, linkBytesPerSecond, takesGuests, labels, false);
  }

  /** The same host, which takes no guests. */
  public HostRecord closed() {
    return new HostRecord(
        name, address, key, platform, capacity, linkBytesPerSecond, false, labels, lease);
  }
}
