package dev.sealift.firmware;

import dev.sealift.crypto.KeyDerivation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The tweak T(p) that binds a 16-byte block to its physical address p: the XOR of one 16-byte
 * constant for each set bit of p from bit 4 up. Because T is linear, a table of the 256 blocks of a
 * page and one XOR serve every page.
 *
 * <p>Source: Wilke, Wichelmann, Morbitzer, Eisenbarth, "SEVurity" (arXiv 2004.11071), sections 3
 * and 4 and table I.
 */
public final class AddressTweaks {

  private static final int BLOCK = 16;
  private static final int LOWEST_BIT = 4;
  private static final int HIGHEST_BIT = 51;
  private static final int CONSTANTS = HIGHEST_BIT - LOWEST_BIT + 1;
  private static final int BITS_PER_TABLE = 8;
  private static final int ENTRIES = 1 << BITS_PER_TABLE;
  private static final int TABLES = CONSTANTS / BITS_PER_TABLE;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The constants of bits 4 to 31 as measured on Zen 1; each is these four bytes, four times. */
  private static final int[] ZEN_1 = {
    0x82253838, 0xec09079c, 0x40000018, 0x8102a23a, 0x77d91077, 0xb010b2c0, 0x536d544d,
    0x1568ee53, 0xb09230c2, 0x9670ff8e, 0x361b90d5, 0x0400c236, 0xe8182985, 0xbd31f92a,
    0xa50d3744, 0xf431d84c, 0x02043181, 0xb37132a1, 0x508ac06c, 0x168a8020, 0x7f9bc007,
    0x00db0407, 0x7f000404, 0x70fa01be, 0xbb3d2890, 0xbd2dd526, 0x1c5d6ce2, 0x4f5ce727
  };

  /** Six tables, each the XOR sums of eight constants; an entry is two longs, little-endian. */
  private final long[] tables = new long[TABLES * ENTRIES * 2];

  private AddressTweaks(byte[] constants) {
    for (int table = 0; table < TABLES; table++) {
      for (int entry = 1; entry < ENTRIES; entry++) {
        int bit = Integer.numberOfTrailingZeros(entry);
        int constant = (table * BITS_PER_TABLE + bit) * BLOCK;
        int rest = slot(table, entry & (entry - 1));
        int sum = slot(table, entry);
        tables[sum] = tables[rest] ^ (long) LONG.get(constants, constant);
        tables[sum + 1] = tables[rest + 1] ^ (long) LONG.get(constants, constant + 8);
      }
    }
  }

  /**
   * Constants drawn from a seed, as Zen 2 and later draw them at every boot.
   *
   * @param seed the boot's secret
   */
  public static AddressTweaks random(byte[] seed) {
    byte[] constants =
        KeyDerivation.derive(seed, "sealift-address-tweaks", new byte[0], CONSTANTS * BLOCK);
    try {
      return new AddressTweaks(constants);
    } finally {
      Arrays.fill(constants, (byte) 0);
    }
  }

  /**
   * The constants found in Zen 1 parts, bits 4 to 31; higher address bits, never measured, do not
   * count.
   */
  public static AddressTweaks zen1() {
    byte[] constants = new byte[CONSTANTS * BLOCK];
    for (int i = 0; i < ZEN_1.length; i++) {
      long pattern = Integer.toUnsignedLong(Integer.reverseBytes(ZEN_1[i]));
      LONG.set(constants, i * BLOCK, pattern | pattern << Integer.SIZE);
      LONG.set(constants, i * BLOCK + 8, pattern | pattern << Integer.SIZE);
    }
    return new AddressTweaks(constants);
  }

  /**
   * Writes {@code from} XOR T block by block, from the start of one array to the start of another
   * or the same.
   *
   * @param address the physical address of the first block, 16-byte aligned
   * @param length bytes, whole blocks, within one page
   */
  void apply(long address, byte[] from, byte[] to, int length) {
    long low = 0;
    long high = 0;
    for (int table = 1; table < TABLES; table++) {
      int slot = slot(table, (int) (address >>> (LOWEST_BIT + table * BITS_PER_TABLE)));
      low ^= tables[slot];
      high ^= tables[slot + 1];
    }
    int block = slot(0, (int) (address >>> LOWEST_BIT));
    for (int at = 0; at < length; at += BLOCK) {
      LONG.set(to, at, (long) LONG.get(from, at) ^ low ^ tables[block]);
      LONG.set(to, at + 8, (long) LONG.get(from, at + 8) ^ high ^ tables[block + 1]);
      block += 2;
    }
  }

  private static int slot(int table, int entry) {
    return (table * ENTRIES + (entry & (ENTRIES - 1))) * 2;
  }
}
