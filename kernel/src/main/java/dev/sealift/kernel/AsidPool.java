package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import java.util.BitSet;

/**
 * The address space identifiers of the machine. A freed one is not used again until the caches were
 * written back and the data fabric was flushed, and that is put off until no other is left.
 *
 * <p>Guests without SEV-ES take {@code minimumSevAsid} to {@code maximumAsid}, those with it the
 * ones below.
 */
final class AsidPool {
  private final EncryptionFeatures features;
  private final SevDriver driver;
  private final BitSet used = new BitSet();
  private final BitSet reclaimable = new BitSet();

  AsidPool(EncryptionFeatures features, SevDriver driver) {
    this.features = features;
    this.driver = driver;
  }

  /**
   * Takes the lowest free ASID.
   *
   * @throws Refusal {@code -ENOTTY} if this machine has none for such guests, {@code -EBUSY} if all
   *     are in use
   */
  synchronized int allocate(boolean sevEs) throws Refusal {
    int first = sevEs ? 1 : features.minimumSevAsid();
    int last = sevEs ? features.minimumSevAsid() - 1 : features.maximumAsid();
    if (first > last) {
      throw new Refusal(Errno.ENOTTY);
    }
    int asid = used.nextClearBit(first);
    if (asid > last && reclaim(first, last)) {
      asid = used.nextClearBit(first);
    }
    if (asid > last) {
      throw new Refusal(Errno.EBUSY);
    }
    used.set(asid);
    return asid;
  }

  /** Gives an ASID back; it is clean only after the next flush. */
  synchronized void free(int asid) {
    reclaimable.set(asid);
  }

  private boolean reclaim(int first, int last) {
    int candidate = reclaimable.nextSetBit(first);
    if (candidate < 0 || candidate > last || !driver.flush()) {
      return false;
    }
    used.andNot(reclaimable);
    reclaimable.clear();
    return true;
  }
}
