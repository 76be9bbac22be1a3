package dev.sealift.kernel.model;

import dev.sealift.abi.GuestMachine.GuestFault;
import dev.sealift.abi.Pages;
import dev.sealift.firmware.MemoryController;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Guest physical memory as one vCPU reaches it: guest physical address, memory slot, user address,
 * system physical address, memory controller. Used by the vCPU's thread alone, within steps;
 * nothing is allocated for an access.
 *
 * <p>The last translation is kept for the rest of the step: the slots cannot change meanwhile, and
 * where the VMM unmaps memory a stale system physical address has no memory behind it.
 */
final class GuestPhysicalMemory {
  private final MemorySlots slots;
  private final UserMemory user;
  private final MemoryController controller;

  private final byte[] staging = new byte[Pages.SIZE];
  private final MemorySegment page = MemorySegment.ofArray(staging);
  private final MemorySegment word = page.asSlice(0, Long.BYTES);
  private MemorySegment part = page;

  private int asid;
  private boolean unbacked;

  /**
   * Guest physical addresses from start to before end lie in this slot and one after the other in
   * physical memory.
   */
  private @Nullable MemorySlot slot;

  private long start;
  private long end;
  private long physicalStart;

  GuestPhysicalMemory(MemorySlots slots, UserMemory user, MemoryController controller) {
    this.slots = slots;
    this.user = user;
    this.controller = controller;
  }

  /**
   * A step begins: private accesses of it run under this ASID. The caller holds the slots' access
   * lock.
   */
  void beginStep(int asidOfStep) {
    asid = asidOfStep;
    unbacked = false;
    forgetTranslation();
  }

  /** True if the step came upon a slot behind which the VMM has no memory. */
  boolean isUnbacked() {
    return unbacked;
  }

  /** As {@link dev.sealift.abi.GuestMachine#load}. */
  void load(long address, byte[] into, int offset, int length, boolean encrypted) {
    Objects.checkFromIndexSize(offset, length, into.length);
    for (int done = 0; done < length; ) {
      int chunk = translate(address + done, length - done);
      if (!controller.read(space(encrypted), physical(address + done), staged(chunk))) {
        throw unbacked(address + done);
      }
      System.arraycopy(staging, 0, into, offset + done, chunk);
      done += chunk;
    }
  }

  /** As {@link dev.sealift.abi.GuestMachine#store}. */
  void store(long address, byte[] from, int offset, int length, boolean encrypted) {
    Objects.checkFromIndexSize(offset, length, from.length);
    for (int done = 0; done < length; ) {
      int chunk = translate(address + done, length - done);
      System.arraycopy(from, offset + done, staging, 0, chunk);
      if (!controller.write(space(encrypted), physical(address + done), staged(chunk))) {
        throw unbacked(address + done);
      }
      Objects.requireNonNull(slot).markDirty(address + done, chunk);
      done += chunk;
    }
  }

  private int space(boolean encrypted) {
    return encrypted ? asid : MemoryController.HOST;
  }

  private long physical(long address) {
    return physicalStart + (address - start);
  }

  /** The first bytes of the staging page. */
  private MemorySegment staged(int length) {
    if (length == Long.BYTES) {
      return word;
    }
    if (part.byteSize() != length) {
      part = page.asSlice(0, length);
    }
    return part;
  }

  /**
   * Makes the translation hold an address; returns how many of the bytes from there on can go in
   * one access.
   */
  private int translate(long address, int wanted) {
    if (address < start || address >= end) {
      find(address);
    }
    return (int) Math.min(Math.min(wanted, Pages.SIZE), end - address);
  }

  private void find(long address) {
    forgetTranslation();
    MemorySlot found = slots.at(address);
    if (found == null) {
      throw new GuestFault(address);
    }
    // Mostly one mapping stands behind a whole slot; then one look-up serves all of it.
    long from = found.guestAddress();
    if (contiguousBytes(found, from) <= address - from) {
      from = address;
    }
    long contiguous = contiguousBytes(found, from);
    long physical = user.physicalAddress(userAddress(found, from), UserMemory.Access.READ);
    if (contiguous == 0 || physical == UserMemory.NONE) {
      throw unbacked(address);
    }
    slot = found;
    start = from;
    end = from + Math.min(contiguous, found.guestEnd() - from);
    physicalStart = physical;
  }

  private long contiguousBytes(MemorySlot found, long address) {
    return user.contiguousBytes(userAddress(found, address), UserMemory.Access.READ);
  }

  private static long userAddress(MemorySlot found, long address) {
    return found.userAddress() + (address - found.guestAddress());
  }

  private void forgetTranslation() {
    slot = null;
    start = 0;
    end = 0;
  }

  private GuestFault unbacked(long address) {
    unbacked = true;
    return new GuestFault(address);
  }
}
