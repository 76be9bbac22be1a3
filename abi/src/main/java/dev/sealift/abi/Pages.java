package dev.sealift.abi;

/** The page: 4 KiB, the unit of encryption, of the dirty log and of page status. */
public final class Pages {
  /** Bytes in a page. */
  public static final int SIZE = 4096;

  /** log2 of {@link #SIZE}: a guest frame number is an address shifted right by this. */
  public static final int SHIFT = 12;

  private Pages() {}

  /** The bytes of an address below its page. */
  public static int offset(long address) {
    return (int) (address & (SIZE - 1));
  }

  /** The address of the page that holds an address. */
  public static long base(long address) {
    return address & -SIZE;
  }
}
