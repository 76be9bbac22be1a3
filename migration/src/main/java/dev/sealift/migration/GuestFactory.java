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

  /** The same, for a host that tells guests by the moves with which they come. */
  default Guest create(MoveId move, GuestConfiguration configuration) throws VmmException {
    return create(configuration);
  }

  /**
   * From here on the guest outlives this process, where the host can have that, so that {@link
   * #adopt} finds it. The move is in the journal by now: a guest that is found and is in no journal
   * has never been anybody's but this host's. A failure is answered to the source.
   */
  default void keep(MoveId move, Guest guest) throws VmmException {}

  /** The guest that was made for a move, if this host has kept it beyond a process. */
  default Optional<Guest> adopt(MoveId move) throws VmmException {
    return Optional.empty();
  }
}
