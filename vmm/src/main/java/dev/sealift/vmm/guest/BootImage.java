package dev.sealift.vmm.guest;

import dev.sealift.abi.Pages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What every guest program finds at the start of its memory: page tables that map all memory one to
 * one in pages of 2 MiB, and descriptors of flat segments, of ring 0 and of ring 3. The page tables
 * carry no C-bit: machine code is for processors that do not encrypt, and a model says with each
 * access whether it is private.
 *
 * <pre>
 *   0x001000  PML4, PDPT, then a directory of 2 MiB pages for each GiB
 *   0x006000  descriptor table
 *   0x008000  32 bytes of signature for a model; the machine code from 0x8040 on
 * </pre>
 */
final class BootImage {
  static final int PAGE_TABLES = 0x1000;
  static final int DESCRIPTOR_TABLE = 0x6000;
  static final int CODE_PAGE = 0x8000;

  /** Where machine code and model begin; the signature stands before it. */
  static final int ENTRY = CODE_PAGE + 0x40;

  static final int LARGE_PAGE = 2 << 20;

  /**
   * None, then code and data of ring 0 and of ring 3: flat, and marked accessed, so that the
   * processor never writes to the table.
   */
  private static final long[] DESCRIPTORS = {
    0,
    0x00AF_9B00_0000_FFFFL,
    0x00CF_9300_0000_FFFFL,
    0x00AF_FB00_0000_FFFFL,
    0x00CF_F300_0000_FFFFL
  };

  private static final int TABLE_ENTRIES = 512;

  /** Present, writable, user, accessed: what points to a table. */
  private static final long TABLE = 0x27;

  /**
   * Present, writable, user, accessed, dirty, large: what maps 2 MiB. Accessed and dirty are set
   * from the start, so that the processor never writes to the tables.
   */
  private static final long LARGE = 0xE7;

  private BootImage() {}

  /**
   * The image of a program.
   *
   * @param bytes how long it is to be
   * @param memoryBytes the memory to map, a multiple of 2 MiB up to 3 GiB
   */
  static byte[] of(int bytes, long memoryBytes, byte[] signature, byte[] code) {
    byte[] image = new byte[bytes];
    ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int pdpt = PAGE_TABLES + Pages.SIZE;
    int directories = pdpt + Pages.SIZE;
    words.putLong(PAGE_TABLES, pdpt | TABLE);
    for (int i = 0; i < memoryBytes / LARGE_PAGE; i++) {
      int gib = i / TABLE_ENTRIES;
      words.putLong(pdpt + gib * Long.BYTES, (directories + gib * Pages.SIZE) | TABLE);
      words.putLong(directories + i * Long.BYTES, (long) i * LARGE_PAGE | LARGE);
    }
    for (int i = 0; i < DESCRIPTORS.length; i++) {
      words.putLong(DESCRIPTOR_TABLE + i * Long.BYTES, DESCRIPTORS[i]);
    }
    words.put(CODE_PAGE, signature).put(ENTRY, code);
    return image;
  }
}
