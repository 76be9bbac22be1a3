package dev.sealift.firmware;

import java.io.IOException;
import java.util.Optional;

/**
 * Where a platform keeps its identity across resets: the flash behind the processor. It keeps
 * either a whole identity or none.
 *
 * <p>Called by one processor at a time.
 */
public interface PlatformStore {

  /**
   * The identity that was saved last; empty where none was.
   *
   * @throws DamagedStoreException where what is there is not what was saved: SECURE_DATA_INVALID
   * @throws IOException where the store cannot be reached: HWERROR_PLATFORM
   */
  Optional<PlatformIdentity> load() throws IOException;

  /** Keeps an identity in place of any before. */
  void save(PlatformIdentity identity) throws IOException;

  /** Forgets the identity. */
  void erase() throws IOException;

  /** The store holds something else than what was saved. */
  final class DamagedStoreException extends IOException {
    private static final long serialVersionUID = 1;

    public DamagedStoreException(String message) {
      super(message);
    }
  }
}
