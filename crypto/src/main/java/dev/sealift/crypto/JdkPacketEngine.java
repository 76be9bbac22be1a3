package dev.sealift.crypto;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The packet engine on the Java platform's own AES and SHA-256, which are compiled to the
 * processor's instructions.
 *
 * <p>Data passes through arrays on the heap, because the platform's ciphers copy direct buffers
 * through arrays of their own and leave those behind as garbage. The arrays start at one page and
 * grow to the longest packet seen.
 */
public final class JdkPacketEngine implements PacketEngine {
  private static final int PAGE = Pages.SIZE;
  private static final int BLOCKS = PAGE / AesCtr.BLOCK;
  private static final byte[] NO_SUFFIX = {};

  private final AesCtr cipher;
  private final PacketMac mac;
  private final IvSequence ivs;
  private final byte[] header = new byte[PacketHeader.SIZE];
  private final byte[] expectedMac = new byte[HmacSha256.SIZE];
  private final byte[] givenMac = new byte[HmacSha256.SIZE];
  private final byte[] firstIv = new byte[IvSequence.SIZE];
  private final MemorySegment headerMemory = MemorySegment.ofArray(header);
  private byte[] plainBytes = new byte[PAGE];
  private byte[] cipherBytes = new byte[PAGE];
  private MemorySegment plainPage = MemorySegment.ofArray(plainBytes);
  private MemorySegment cipherPage = MemorySegment.ofArray(cipherBytes);

  /** An engine with copies of these keys, which draws its IVs from them. */
  public JdkPacketEngine(TransportKeys keys) {
    cipher = keys.tek().open(AesCtr::new);
    mac = keys.tik().open(PacketMac::new);
    ivs = keys.ivs();
  }

  @Override
  public void seal(
      int contextByte, MemorySegment plain, MemorySegment cipherOut, MemorySegment headerOut) {
    int length = checkedLength(plain, cipherOut, headerOut);
    MemorySegment.copy(plain, ValueLayout.JAVA_BYTE, 0, plainBytes, 0, length);
    Arrays.fill(header, (byte) 0);
    ivs.next(length, header, PacketHeader.IV_OFFSET);
    cipher.apply(header, PacketHeader.IV_OFFSET, plainBytes, cipherBytes, length);
    authenticate(contextByte, length, header, PacketHeader.MAC_OFFSET);
    MemorySegment.copy(cipherBytes, 0, cipherOut, ValueLayout.JAVA_BYTE, 0, length);
    MemorySegment.copy(header, 0, headerOut, ValueLayout.JAVA_BYTE, 0, header.length);
  }

  /** As one call for each page, but the pages share one run of the counter. */
  @Override
  public int sealPages(int contextByte, PagesToSeal pages, int count) {
    return sealPages(contextByte, pages, 0, count);
  }

  /** Seals the pages from one on; the same answer as for all. */
  int sealPages(int contextByte, PagesToSeal pages, int first, int count) {
    if (first == count) {
      return count;
    }
    ivs.next((count - first) * PAGE, firstIv, 0);
    cipher.begin(firstIv, 0);
    for (int i = first; i < count; i++) {
      if (!pages.read(i, plainPage)) {
        return i;
      }
      Arrays.fill(header, (byte) 0);
      IvSequence.advance(firstIv, (long) (i - first) * BLOCKS, header, PacketHeader.IV_OFFSET);
      cipher.go(plainBytes, 0, cipherBytes, 0, PAGE);
      authenticate(contextByte, PAGE, header, PacketHeader.MAC_OFFSET);
      if (!pages.write(i, headerMemory, cipherPage)) {
        return i;
      }
    }
    return count;
  }

  @Override
  public boolean open(
      int contextByte, MemorySegment headerIn, MemorySegment cipherIn, MemorySegment plainOut) {
    int length = checkedLength(cipherIn, plainOut, headerIn);
    MemorySegment.copy(headerIn, ValueLayout.JAVA_BYTE, 0, header, 0, header.length);
    MemorySegment.copy(cipherIn, ValueLayout.JAVA_BYTE, 0, cipherBytes, 0, length);
    if (!decipherIfGenuine(contextByte, length)) {
      return false;
    }
    MemorySegment.copy(plainBytes, 0, plainOut, ValueLayout.JAVA_BYTE, 0, length);
    return true;
  }

  @Override
  public int openPages(int contextByte, PacketsToOpen packets, int count) {
    return openPages(contextByte, packets, 0, count);
  }

  /** Opens the packets from one on; the same answer as for all. */
  int openPages(int contextByte, PacketsToOpen packets, int first, int count) {
    for (int i = first; i < count; i++) {
      boolean opened =
          packets.read(i, headerMemory, cipherPage)
              && decipherIfGenuine(contextByte, PAGE)
              && packets.write(i, plainPage);
      if (!opened) {
        return i;
      }
    }
    return count;
  }

  private boolean decipherIfGenuine(int contextByte, int length) {
    authenticate(contextByte, length, expectedMac, 0);
    System.arraycopy(header, PacketHeader.MAC_OFFSET, givenMac, 0, givenMac.length);
    if (!MessageDigest.isEqual(expectedMac, givenMac)) {
      return false;
    }
    cipher.apply(header, PacketHeader.IV_OFFSET, cipherBytes, plainBytes, length);
    return true;
  }

  private void authenticate(int contextByte, int length, byte[] into, int offset) {
    mac.compute(contextByte, header, cipherBytes, length, NO_SUFFIX, into, offset);
  }

  @Override
  public void close() {
    cipher.close();
    mac.close();
    Arrays.fill(plainBytes, (byte) 0);
  }

  private int checkedLength(MemorySegment from, MemorySegment to, MemorySegment headerSegment) {
    long length = from.byteSize();
    if (length < AesCtr.BLOCK || length > MAX_DATA || length % AesCtr.BLOCK != 0) {
      throw new IllegalArgumentException(
          "a packet holds 16 to 20480 bytes in whole blocks of 16, not " + length);
    }
    if (to.byteSize() != length) {
      throw new IllegalArgumentException(
          "plain and encrypted data have one length, not " + length + " and " + to.byteSize());
    }
    if (headerSegment.byteSize() < PacketHeader.SIZE) {
      throw new IllegalArgumentException(
          "a packet header takes 52 bytes, not " + headerSegment.byteSize());
    }
    if (length > plainBytes.length) {
      Arrays.fill(plainBytes, (byte) 0);
      plainBytes = new byte[(int) length];
      cipherBytes = new byte[(int) length];
      plainPage = MemorySegment.ofArray(plainBytes).asSlice(0, PAGE);
      cipherPage = MemorySegment.ofArray(cipherBytes).asSlice(0, PAGE);
    }
    return (int) length;
  }
}
