package dev.sealift.cli.trace;

import dev.sealift.abi.Pages;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Names for the addresses of processes. Addresses that are near each other share a stretch, so that
 * what overlaps or adjoins still does, and what is aligned still is.
 */
final class AddressNames {
  /** How far a stretch reaches beyond the first address in it: 1 GiB. */
  private static final long REACH = 1L << 30;

  private record Stretch(int number, long end) {}

  private final Map<Integer, NavigableMap<Long, Stretch>> processes = new HashMap<>();
  private int last;

  /**
   * The name of an address.
   *
   * @param length of what begins there, in bytes
   * @return a {@link Place} as its word
   */
  long of(int pid, long address, long length) {
    if (address == 0) {
      return 0;
    }
    NavigableMap<Long, Stretch> stretches = processes.computeIfAbsent(pid, _ -> byAddress());
    Map.Entry<Long, Stretch> known = stretches.floorEntry(address);
    if (known == null || Long.compareUnsigned(address, known.getValue().end()) >= 0) {
      long base = Pages.base(address);
      stretches.put(base, new Stretch(++last, end(stretches, base, length)));
      known = stretches.floorEntry(address);
    }
    return new Place(known.getValue().number(), address - known.getKey()).word();
  }

  private static NavigableMap<Long, Stretch> byAddress() {
    return new TreeMap<>(Long::compareUnsigned);
  }

  private static long end(NavigableMap<Long, Stretch> stretches, long base, long length) {
    boolean sensible = length > 0 && length <= Place.LARGEST_OFFSET / 2;
    long end = base + Math.max(REACH, sensible ? length + Pages.SIZE : 0);
    if (Long.compareUnsigned(end, base) < 0) {
      end = -1;
    }
    Long next = stretches.higherKey(base);
    return next != null && Long.compareUnsigned(next, end) < 0 ? next : end;
  }
}
