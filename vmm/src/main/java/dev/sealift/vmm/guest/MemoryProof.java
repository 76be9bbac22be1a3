package dev.sealift.vmm.guest;

import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.VirtualMachine;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.util.OptionalLong;

/**
 * What comparing a guest's memory with the {@link Replay} of its program gave. The guest shows its
 * memory itself, through the window: the host cannot read what is encrypted.
 *
 * @param pagesCompared pages that were compared: all of the guest's
 * @param mismatchingPages those that do not hold what they must
 * @param steps how many steps the guest had done
 */
public record MemoryProof(long pagesCompared, PageSet mismatchingPages, long steps) {

  public long mismatches() {
    return mismatchingPages.count();
  }

  public OptionalLong firstMismatch() {
    long first = mismatchingPages.next(0);
    return first < 0 ? OptionalLong.empty() : OptionalLong.of(first);
  }

  /** Takes the proof with a replay from the start. See {@link #take(VirtualMachine, Replay)}. */
  public static MemoryProof take(VirtualMachine machine, Plan plan) throws VmmException {
    return take(machine, new Replay(plan));
  }

  /**
   * Lets a guest that stands still run until it has shown all its memory, and stops it again.
   *
   * @param replay one that has done no more steps than the guest; it ends where the guest showed
   *     its memory
   * @throws VmmException if the guest ends, or shows nothing for a minute
   */
  public static MemoryProof take(VirtualMachine machine, Replay replay) throws VmmException {
    return new Revelation(machine, replay).take();
  }
}
