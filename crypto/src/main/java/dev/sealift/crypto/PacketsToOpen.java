package dev.sealift.crypto;

import java.lang.foreign.MemorySegment;

/**
 * Packets that {@link PacketEngine#openPages} takes, wherever they lie, and the places of their
 * pages. The segments are the engine's own and hold what they hold for one call only.
 */
public interface PacketsToOpen {

  /**
   * Reads a packet, once.
   *
   * @param index which, from 0
   * @param header where its header goes, 52 bytes
   * @param cipher where its ciphertext goes, 4096 bytes
   * @return false if it is not there: then the packets before it are opened, and no others
   */
  boolean read(int index, MemorySegment header, MemorySegment cipher);

  /**
   * Puts the page of a packet that is genuine in its place. Pages come in order.
   *
   * @param plain the page, 4096 bytes
   * @return false if it has no place: then it and the packets after it are not opened
   */
  boolean write(int index, MemorySegment plain);
}
