package dev.sealift.crypto;

import java.lang.foreign.MemorySegment;

/**
 * Seals and opens packets under one pair of transport keys: AES-128-CTR under TEK, then
 * HMAC-SHA-256 under TIK over {@code context ‖ flags ‖ IV ‖ length ‖ length ‖ ciphertext}.
 *
 * <p>An engine is confined to one thread; any number of engines may share one {@link
 * TransportKeys}. Segments may be native or on the heap. Lengths are the caller's to bound: data is
 * 16 to {@value #MAX_DATA} bytes in whole blocks of 16, plain and encrypted equally long, a header
 * at least 52 bytes; anything else is an IllegalArgumentException.
 *
 * <p>Source: AMD publication 55766, SEND_UPDATE_DATA, SEND_UPDATE_VMSA and their twins.
 */
public interface PacketEngine extends AutoCloseable {

  /** Context byte of memory, and of VMSAs too on firmware in the field. */
  int DATA = 2;

  /** Context byte of VMSAs as the specification has it. */
  int VMSA_SPECIFICATION = 3;

  /** Most pages that {@link #sealPages} and {@link #openPages} take at once. */
  int MAX_GROUP = 4096;

  /** Most bytes of data in one packet. */
  int MAX_DATA = 0x5000;

  /**
   * Seals data under an IV that is used for nothing else.
   *
   * @param contextByte {@link #DATA} or {@link #VMSA_SPECIFICATION}
   * @param plain the data
   * @param cipherOut where the ciphertext goes; may be the same memory as {@code plain}
   * @param headerOut where the 52-byte header goes
   */
  void seal(int contextByte, MemorySegment plain, MemorySegment cipherOut, MemorySegment headerOut);

  /**
   * Opens a packet. Header and ciphertext are read once, before they are checked, so that nobody
   * can change them in between. The header's flags are authenticated but not interpreted: whoever
   * opens a packet refuses {@link PacketHeader#compressed()}.
   *
   * @param contextByte as the packet was sealed
   * @param header its header
   * @param cipher its ciphertext
   * @param plainOut where the data goes; may be the same memory as {@code cipher}
   * @return false if the MAC does not hold, and then nothing has been written
   */
  boolean open(int contextByte, MemorySegment header, MemorySegment cipher, MemorySegment plainOut);

  /**
   * Seals whole pages in order, each into a packet of its own, as {@link #seal} does.
   *
   * @param contextByte as in {@link #seal}
   * @param pages where they come from and go to
   * @param count how many, from the first on; at most {@link #MAX_GROUP}
   * @return how many were sealed; less than {@code count} if one was not there or had no place
   */
  int sealPages(int contextByte, PagesToSeal pages, int count);

  /**
   * Opens packets of whole pages in order, as {@link #open} does, up to the first whose MAC does
   * not hold.
   *
   * @param contextByte as in {@link #open}
   * @param packets where they come from and go to
   * @param count how many, from the first on; at most {@link #MAX_GROUP}
   * @return how many were opened; less than {@code count} if the next one's MAC does not hold, if
   *     it was not there or had no place; then neither it nor any after it has been written
   */
  int openPages(int contextByte, PacketsToOpen packets, int count);

  /** Seals pages that lie at hand; see {@link #sealPages(int, PagesToSeal, int)}. */
  default void sealPages(
      int contextByte,
      MemorySegment[] plain,
      MemorySegment[] cipherOut,
      MemorySegment[] headersOut,
      int count) {
    sealPages(contextByte, new PacketSegments(plain, cipherOut, headersOut), count);
  }

  /** Opens packets that lie at hand; see {@link #openPages(int, PacketsToOpen, int)}. */
  default int openPages(
      int contextByte,
      MemorySegment[] headers,
      MemorySegment[] cipher,
      MemorySegment[] plainOut,
      int count) {
    return openPages(contextByte, new PacketSegments(plainOut, cipher, headers), count);
  }

  /** Wipes the engine's copies of the keys; the {@link TransportKeys} stay. */
  @Override
  void close();
}
