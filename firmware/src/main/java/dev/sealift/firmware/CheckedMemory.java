package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory as the processor reaches it: every copy passes the address rules first. The C-bit is
 * stripped; what is left must lie below the end of physical addresses and touch neither the legacy
 * video window nor what the processor has set aside for itself: the region for SEV-ES, the rings of
 * its queues. An address without memory behind it is refused like one that breaks a rule.
 *
 * <p>Source: AMD publication 55766, address checks.
 */
final class CheckedMemory {
  private static final long HIGHEST_ADDRESS = 0x3FFC_FFFF_FFFFL;
  private static final AddressRange VIDEO_WINDOW = new AddressRange(0xA0000, 0x20000);

  private final SystemMemory memory;
  private final MemoryController controller;
  private final long encryptionMask;
  private final MemorySegment probe = MemorySegment.ofArray(new byte[1]);
  private final List<AddressRange> forbidden = new ArrayList<>(List.of(VIDEO_WINDOW));

  CheckedMemory(SystemMemory memory, MemoryController controller, int encryptionBit) {
    this.memory = memory;
    this.controller = controller;
    this.encryptionMask = 1L << encryptionBit;
  }

  /**
   * Copies from memory as the host sees it; the host of the model uses no encryption of its own.
   */
  void readHost(long address, MemorySegment into) throws Refusal {
    Refusal.unless(memory.read(checked(address, into.byteSize()), into), INVALID_ADDRESS);
  }

  /** Copies to memory as the host sees it. */
  void writeHost(long address, MemorySegment from) throws Refusal {
    Refusal.unless(memory.write(checked(address, from.byteSize()), from), INVALID_ADDRESS);
  }

  /** Copies from memory under a guest's key. */
  void readGuest(int asid, long address, MemorySegment into) throws Refusal {
    Refusal.unless(controller.read(asid, checked(address, into.byteSize()), into), INVALID_ADDRESS);
  }

  /** Copies to memory under a guest's key. */
  void writeGuest(int asid, long address, MemorySegment from) throws Refusal {
    Refusal.unless(
        controller.write(asid, checked(address, from.byteSize()), from), INVALID_ADDRESS);
  }

  /**
   * Whether a range may be named and has memory behind it. No length is no fault here: the table
   * says where it is one.
   */
  boolean reaches(long address, long length) {
    if (length == 0) {
      return true;
    }
    if (!mayName(address, length)) {
      return false;
    }
    long first = address & ~encryptionMask;
    long last = first + length - 1;
    // Memory comes in pages: the last byte of the range in each page stands for its page.
    for (long page = first | (Pages.SIZE - 1); page < last; page += Pages.SIZE) {
      if (!memory.read(page, probe)) {
        return false;
      }
    }
    return memory.read(last, probe);
  }

  /** Whether the address rules allow a range. */
  boolean mayName(long address, long length) {
    AddressRange range = range(address, length);
    return 0 <= range.first()
        && range.first() <= range.last()
        && range.last() <= HIGHEST_ADDRESS
        && !isForbidden(range);
  }

  private boolean isForbidden(AddressRange range) {
    for (int i = 0; i < forbidden.size(); i++) {
      if (forbidden.get(i).overlaps(range)) {
        return true;
      }
    }
    return false;
  }

  /** Applies the address rules to a range, and returns its first address without the C-bit. */
  long checked(long address, long length) throws Refusal {
    Refusal.unless(length != 0, INVALID_PARAM);
    Refusal.unless(mayName(address, length), INVALID_ADDRESS);
    return range(address, length).first();
  }

  /** A range as commands name it, C-bit or not. */
  AddressRange range(long address, long length) {
    return new AddressRange(address & ~encryptionMask, length);
  }

  /** Sets a range aside for the processor: no command may name it from now on. */
  void setAside(AddressRange range) {
    forbidden.add(range);
  }

  /** Gives a range back that was set aside. */
  void giveBack(AddressRange range) {
    forbidden.remove(range);
  }

  /** Copies from memory that the processor has set aside for itself. */
  void readSetAside(long address, MemorySegment into) throws Refusal {
    Refusal.unless(memory.read(address, into), INVALID_ADDRESS);
  }

  /** Copies to memory that the processor has set aside for itself. */
  void writeSetAside(long address, MemorySegment from) throws Refusal {
    Refusal.unless(memory.write(address, from), INVALID_ADDRESS);
  }
}
