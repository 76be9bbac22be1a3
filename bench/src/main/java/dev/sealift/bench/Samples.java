package dev.sealift.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * One figure, taken again and again. Which end is the best depends on what it is: of speeds the
 * highest, of times the lowest. Belongs to one thread.
 */
public final class Samples {
  private final List<Double> values = new ArrayList<>();

  public Samples() {}

  public void add(double value) {
    values.add(value);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** How often it was taken. */
  public int count() {
    return values.size();
  }

  /**
   * The highest.
   *
   * @throws IllegalStateException if it was never taken
   */
  public double highest() {
    return sorted().getLast();
  }

  /**
   * The lowest.
   *
   * @throws IllegalStateException if it was never taken
   */
  public double lowest() {
    return sorted().getFirst();
  }

  /**
   * The one in the middle; of an even number, the mean of the two.
   *
   * @throws IllegalStateException if it was never taken
   */
  public double median() {
    List<Double> sorted = sorted();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private List<Double> sorted() {
    if (values.isEmpty()) {
      throw new IllegalStateException("this was never measured");
    }
    return values.stream().sorted().toList();
  }
}
