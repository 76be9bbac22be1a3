package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;

/**
 * Memory as the processor reaches it: every copy passes the address rules first. The C-bit is
 * stripped; what is left must lie below the end of physical addresses and touch neither the legacy
 * video window nor the region set aside for SEV-ES. An address without memory behind it is refused
 * like one that breaks a rule.
 *
 * <p>Source: AMD publication 55766, address checks.
 */
final class CheckedMemory {
  private static final long HIGHEST_ADDRESS = 0x3FFC_FFFF_FFFFL;
  private static final long ASEG_FIRST = 0xA0000;
  private static final long ASEG_LAST = 0xBFFFF;

  private final SystemMemory memory;
  private final MemoryController controller;
  private final long encryptionMask;
  private final MemorySegment probe = MemorySegment.ofArray(new byte[1]);
  private long reservedFirst;
  private long reservedLength;

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
    long first = address & ~encryptionMask;
    long last = first + length - 1;
    return 0 <= first
        && first <= last
        && last <= HIGHEST_ADDRESS
        && (last < ASEG_FIRST || first > ASEG_LAST)
        && (last < reservedFirst || first >= reservedFirst + reservedLength);
  }

  /** Applies the address rules to a range, and returns its first address without the C-bit. */
  long checked(long address, long length) throws Refusal {
    Refusal.unless(length != 0, INVALID_PARAM);
    Refusal.unless(mayName(address, length), INVALID_ADDRESS);
    return address & ~encryptionMask;
  }

  /** Sets a region aside that no command may name from now on. */
  void reserve(long address, long length) {
    reservedFirst = address & ~encryptionMask;
    reservedLength = length;
  }

  /** Gives the region back. */
  void releaseReserved() {
    reservedFirst = 0;
    reservedLength = 0;
  }
}
