package dev.sealift.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values by the range of numbers that each covers. Ranges are not negative, not empty, and do not
 * overlap. Immutable, so that a look-up needs no lock; a change makes a new map.
 */
final class IntervalMap<T> {
  private final long[] starts;
  private final long[] ends;
  private final List<T> values;

  private IntervalMap(long[] starts, long[] ends, List<T> values) {
    this.starts = starts;
    this.ends = ends;
    this.values = values;
  }

  static <T> IntervalMap<T> empty() {
    return new IntervalMap<>(new long[0], new long[0], List.of());
  }

  /** How many ranges there are. */
  int size() {
    return starts.length;
  }

  /** The value whose range holds a number, or null. */
  @Nullable T at(long number) {
    int found = Arrays.binarySearch(starts, number);
    int floor = found >= 0 ? found : -found - 2;
    return floor >= 0 && number < ends[floor] ? values.get(floor) : null;
  }

  /** This map and one more range, {@code end} excluded. */
  IntervalMap<T> with(long start, long end, T value) {
    int found = Arrays.binarySearch(starts, start);
    int place = -found - 1;
    if (start < 0
        || end <= start
        || found >= 0
        || (place > 0 && ends[place - 1] > start)
        || (place < starts.length && starts[place] < end)) {
      throw new IllegalArgumentException("range is empty or overlaps another");
    }
    List<T> more = new ArrayList<>(values);
    more.add(place, value);
    return new IntervalMap<>(insert(starts, place, start), insert(ends, place, end), more);
  }

  /** This map without the range that starts at a number. */
  IntervalMap<T> without(long start) {
    int place = Arrays.binarySearch(starts, start);
    if (place < 0) {
      return this;
    }
    List<T> fewer = new ArrayList<>(values);
    fewer.remove(place);
    return new IntervalMap<>(remove(starts, place), remove(ends, place), fewer);
  }

  /** The values whose ranges meet a range, {@code end} excluded. */
  List<T> overlapping(long start, long end) {
    List<T> found = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      if (starts[i] < end && start < ends[i]) {
        found.add(values.get(i));
      }
    }
    return found;
  }

  /**
   * The lowest multiple of an alignment, from {@code from} on, at which {@code length} numbers are
   * free; the range ends at or before {@code limit}. Negative if there is none.
   */
  long gap(long from, long limit, long length, long alignment) {
    long candidate = roundUp(from, alignment);
    for (int i = 0; i < starts.length; i++) {
      if (ends[i] <= candidate) {
        continue;
      }
      if (length <= starts[i] - candidate) {
        break;
      }
      candidate = roundUp(ends[i], alignment);
    }
    return length <= limit - candidate ? candidate : -1;
  }

  private static long roundUp(long value, long multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }

  private static long[] insert(long[] array, int place, long value) {
    long[] more = new long[array.length + 1];
    System.arraycopy(array, 0, more, 0, place);
    more[place] = value;
    System.arraycopy(array, place, more, place + 1, array.length - place);
    return more;
  }

  private static long[] remove(long[] array, int place) {
    long[] fewer = new long[array.length - 1];
    System.arraycopy(array, 0, fewer, 0, place);
    System.arraycopy(array, place + 1, fewer, place, fewer.length - place);
    return fewer;
  }
}
