package dev.sealift.cli.trace;

import dev.sealift.abi.Pages;
import dev.sealift.kernel.ForeignCaller;
import dev.sealift.kernel.UserMemory.Access;

/**
 * A stretch of a caller's memory, and how much of it, from its beginning, the caller has.
 *
 * @param address where it begins
 * @param length bytes
 * @param readable how many of them may be read
 * @param writable how many of them may be written
 */
record Span(long address, long length, long readable, long writable) {

  /** All of it there. */
  static Span whole(long address, long length) {
    return new Span(address, length, length, length);
  }

  /** What a caller has there now. */
  static Span of(ForeignCaller caller, long address, long length) {
    return new Span(
        address,
        length,
        extent(caller, address, length, Access.READ),
        extent(caller, address, length, Access.WRITE));
  }

  private static long extent(ForeignCaller caller, long address, long length, Access access) {
    long mapped = length == 0 ? 0 : caller.mappedBytes(address, access);
    return Long.compareUnsigned(mapped, length) < 0 ? mapped : length;
  }

  boolean isReadable() {
    return readable == length;
  }

  Span at(long other) {
    return new Span(other, length, readable, writable);
  }

  /** How many bytes from an address on allow an access, in whole pages, as a process has them. */
  long mapped(long from, Access access) {
    long extent = access == Access.READ ? readable : writable;
    if (extent == 0) {
      return 0;
    }
    long start = Pages.base(address);
    long end = extent == length ? Pages.base(address + length + Pages.SIZE - 1) : address + extent;
    return from >= start && from < end ? end - from : 0;
  }
}
