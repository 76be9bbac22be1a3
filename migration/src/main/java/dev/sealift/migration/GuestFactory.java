package dev.sealift.migration;

import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;

/** Makes the guest that a move fills. */
public interface GuestFactory {

  /**
   * A guest with its memory registered and its devices attached, neither launched nor received. A
   * failure is answered to the source; whatever was made must then be closed.
   *
   * @param configuration what the source says of its guest; bounded, but not to be trusted
   */
  Guest create(GuestConfiguration configuration) throws VmmException;
}
