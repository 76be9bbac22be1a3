package dev.sealift.fleet.registry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a registry is spoken to.
 *
 * @param address where it is
 * @param login by which it knows the fleet; null for an open one, which everybody on its network
 *     reads and writes
 * @param session how long the registry waits for a silent host before it takes it for gone; its
 *     servers have bounds of their own for this, 2 to 20 of their ticks
 * @param patience how long one question may take, broken connections included
 */
public record RegistrySettings(
    RegistryAddress address, @Nullable RegistryLogin login, Duration session, Duration patience) {

  /** What suits a fleet in one building. */
  public static RegistrySettings of(RegistryAddress address, @Nullable RegistryLogin login) {
    return new RegistrySettings(address, login, Duration.ofSeconds(10), Duration.ofSeconds(6));
  }
}
