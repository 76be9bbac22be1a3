package dev.sealift.firmware;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store that can be made to fail. */
final class SwitchableStore implements PlatformStore {
  boolean damaged;
  boolean broken;
  private @Nullable PlatformIdentity identity;

  SwitchableStore(PlatformIdentity identity) {
    this.identity = identity;
  }

  @Override
  public Optional<PlatformIdentity> load() throws IOException {
    if (damaged) {
      throw new DamagedStoreException("damaged for a test");
    }
    failIfBroken();
    return Optional.ofNullable(identity);
  }

  @Override
  public void save(PlatformIdentity newIdentity) throws IOException {
    failIfBroken();
    identity = newIdentity;
  }

  @Override
  public void erase() throws IOException {
    failIfBroken();
    identity = null;
  }

  private void failIfBroken() throws IOException {
    if (broken) {
      throw new IOException("broken for a test");
    }
  }
}
