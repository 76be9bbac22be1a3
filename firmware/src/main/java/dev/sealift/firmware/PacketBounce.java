package dev.sealift.firmware;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import java.lang.foreign.MemorySegment;

/**
 * The processor's scratch memory for one packet at a time: header, guest data and ciphertext, used
 * again by every command.
 */
final class PacketBounce {
  private final Area plain;
  private final Area cipher;
  private final MemorySegment header = MemorySegment.ofArray(new byte[PacketHeader.SIZE]);

  private int plainInUse;

  /** Room for the longest packet. */
  PacketBounce() {
    plain = new Area(PacketEngine.MAX_DATA);
    cipher = new Area(PacketEngine.MAX_DATA);
  }

  /** Room for guest data, until {@link #wipe}. */
  MemorySegment plain(int length) {
    plainInUse = Math.max(plainInUse, length);
    return plain.first(length);
  }

  /** Wipes the guest data. */
  void wipe() {
    if (plainInUse != 0) {
      plain.first(plainInUse).fill((byte) 0);
      plainInUse = 0;
    }
  }

  /** Room for ciphertext. */
  MemorySegment cipher(int length) {
    return cipher.first(length);
  }

  /** Room for a packet header. */
  MemorySegment header() {
    return header;
  }

  /** Memory whose slice of a page, which nearly every packet wants, is cut once. */
  private static final class Area {
    private final MemorySegment whole;
    private final MemorySegment page;

    Area(int size) {
      whole = MemorySegment.ofArray(new byte[size]);
      page = whole.asSlice(0, Pages.SIZE);
    }

    MemorySegment first(int length) {
      return length == Pages.SIZE ? page : whole.asSlice(0, length);
    }
  }
}
