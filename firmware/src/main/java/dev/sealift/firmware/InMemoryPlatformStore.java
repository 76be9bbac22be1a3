package dev.sealift.firmware;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store that lasts as long as its object: give the same one to two processors and they are one
 * platform, restarted.
 */
public final class InMemoryPlatformStore implements PlatformStore {
  private @Nullable PlatformIdentity identity;

  /** An empty store. */
  public InMemoryPlatformStore() {}

  @Override
  public synchronized Optional<PlatformIdentity> load() {
    return Optional.ofNullable(identity);
  }

  @Override
  public synchronized void save(PlatformIdentity identity) {
    this.identity = identity;
  }

  @Override
  public synchronized void erase() {
    identity = null;
  }
}
