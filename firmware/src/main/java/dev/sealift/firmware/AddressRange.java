package dev.sealift.firmware;

/**
 * A run of physical addresses, without the C-bit.
 *
 * @param first its first address
 * @param length its bytes, at least 1
 */
record AddressRange(long first, long length) {

  /** Its last address. */
  long last() {
    return first + length - 1;
  }

  /** Whether some address is in both. */
  boolean overlaps(AddressRange other) {
    return first <= other.last() && other.first <= last();
  }
}
