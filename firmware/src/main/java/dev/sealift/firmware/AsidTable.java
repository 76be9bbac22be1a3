package dev.sealift.firmware;

import java.util.Arrays;

/**
 * The book of the ASIDs 1 to the highest. One that was in use is dirty, because lines of its guest
 * may be left in a cache, until every core has written its caches back and DF_FLUSH has run.
 *
 * <pre>
 *            DF_FLUSH            ACTIVATE                 guest becomes runnable
 *    DIRTY -----------> CLEAN --------------> ALLOCATED -------------------------> IN_USE
 *      ^                  ^                       |                                   |
 *      |                  +------DEACTIVATE-------+                                   |
 *      +---------------------------------------DEACTIVATE------------------------------+
 * </pre>
 *
 * <p>Source: AMD publication 55766, guest activation.
 */
final class AsidTable {

  /** What an ASID is to the processor. */
  enum Use {
    /** Not to be used before a flush. */
    DIRTY,
    /** Free. */
    CLEAN,
    /** Given to a guest that may not run yet. */
    ALLOCATED,
    /** Given to a guest that may run. */
    IN_USE
  }

  private final Use[] uses;
  private final int minimumSev;
  private boolean staleCaches;

  AsidTable(int maximum, int minimumSev) {
    this.uses = new Use[maximum + 1];
    this.minimumSev = minimumSev;
    soilAll();
  }

  /** Whether the ASID exists. */
  boolean exists(int asid) {
    return asid > MemoryController.HOST && asid < uses.length;
  }

  /** Whether the ASID lies in the range for guests with SEV-ES, or in the one for those without. */
  boolean suits(int asid, boolean es) {
    return es == (asid < minimumSev);
  }

  /** Whether a guest has the ASID. */
  boolean owned(int asid) {
    return uses[asid] == Use.ALLOCATED || uses[asid] == Use.IN_USE;
  }

  /** What an ASID is at the moment. */
  Use use(int asid) {
    return uses[asid];
  }

  /** Gives a guest a clean ASID. */
  void give(int asid, Guest guest) {
    uses[asid] = guest.mayRun() ? Use.IN_USE : Use.ALLOCATED;
    guest.activate(asid);
  }

  /** A guest that has become runnable runs under the ASID it was given, if it was given one. */
  void letRun(Guest guest) {
    if (guest.hasAsid()) {
      uses[guest.asid()] = Use.IN_USE;
    }
  }

  /** Takes a guest's ASID back. */
  void takeBack(Guest guest) {
    uses[guest.asid()] = uses[guest.asid()] == Use.IN_USE ? Use.DIRTY : Use.CLEAN;
    staleCaches = true;
    guest.deactivate();
  }

  /** Nothing is known of any ASID's lines: after INIT. */
  void soilAll() {
    Arrays.fill(uses, Use.DIRTY);
  }

  /** Every core has written its caches back since. */
  void cachesWrittenBack() {
    staleCaches = false;
  }

  /** Whether some core may hold lines of a guest whose ASID was taken away. */
  boolean cachesAreStale() {
    return staleCaches;
  }

  /** DF_FLUSH: what is dirty is clean now. */
  void flush() {
    Arrays.setAll(uses, asid -> uses[asid] == Use.DIRTY ? Use.CLEAN : uses[asid]);
  }
}
