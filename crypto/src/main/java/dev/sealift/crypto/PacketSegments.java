package dev.sealift.crypto;

import java.lang.foreign.MemorySegment;

/**
 * Pages and their packets in memory that lies at hand.
 *
 * @param plain the pages, 4096 bytes each
 * @param cipher the ciphertexts, 4096 bytes each
 * @param headers the headers, 52 bytes each
 */
// Made for one call and never compared.
@SuppressWarnings("ArrayRecordComponent")
record PacketSegments(MemorySegment[] plain, MemorySegment[] cipher, MemorySegment[] headers)
    implements PagesToSeal, PacketsToOpen {

  @Override
  public boolean read(int index, MemorySegment page) {
    MemorySegment.copy(plain[index], 0, page, 0, page.byteSize());
    return true;
  }

  @Override
  public boolean write(int index, MemorySegment header, MemorySegment ciphertext) {
    MemorySegment.copy(header, 0, headers[index], 0, header.byteSize());
    MemorySegment.copy(ciphertext, 0, cipher[index], 0, ciphertext.byteSize());
    return true;
  }

  @Override
  public boolean read(int index, MemorySegment header, MemorySegment ciphertext) {
    MemorySegment.copy(headers[index], 0, header, 0, header.byteSize());
    MemorySegment.copy(cipher[index], 0, ciphertext, 0, ciphertext.byteSize());
    return true;
  }

  @Override
  public boolean write(int index, MemorySegment page) {
    MemorySegment.copy(page, 0, plain[index], 0, page.byteSize());
    return true;
  }
}
