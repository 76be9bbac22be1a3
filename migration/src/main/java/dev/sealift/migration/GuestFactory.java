package dev.sealift.migration;

import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import java.util.Optional;

/** Makes the guest that a move fills. */
public interface GuestFactory {

  /**
   * A guest with its memory registered and its devices attached, neither launched nor received. A
   * failure is answered to the source; whatever was made must then be closed.
   *
   * @param configuration what the source says of its guest; bounded, but not to be trusted
   */
  Guest create(GuestConfiguration configuration) throws VmmException;

  /** The same, on a host that finds the guest of a move again after its process was killed. */
  default Guest create(MoveId move, GuestConfiguration configuration) throws VmmException {
    return create(configuration);
  }

  /** The guest that was made for a move, if this host has kept it beyond a process. */
  default Optional<Guest> adopt(MoveId move) throws VmmException {
    return Optional.empty();
  }
}
