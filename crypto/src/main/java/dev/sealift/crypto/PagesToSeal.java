package dev.sealift.crypto;

import java.lang.foreign.MemorySegment;

/**
 * Pages that {@link PacketEngine#sealPages} takes, wherever they lie, and the places of their
 * packets. The segments are the engine's own and hold what they hold for one call only.
 */
public interface PagesToSeal {

  /**
   * Reads a page.
   *
   * @param index which, from 0
   * @param plain where it goes, 4096 bytes
   * @return false if it is not there: then the pages before it are sealed, and no others
   */
  boolean read(int index, MemorySegment plain);

  /**
   * Puts a page's packet in its place. Packets come in order.
   *
   * @param header its header, 52 bytes
   * @param cipher its ciphertext, 4096 bytes
   * @return false if it has no place: then it and the pages after it are not sealed
   */
  boolean write(int index, MemorySegment header, MemorySegment cipher);
}
