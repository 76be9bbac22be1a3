package dev.sealift.cli.page;

import java.util.ArrayList;
import java.util.List;

/**
 * Heights in a drawing for counts that differ by orders of magnitude: equal factors are equal
 * distances.
 *
 * @param bottom what lies at the bottom edge, a power of ten
 * @param top what lies at the top edge
 * @param height of the drawing, in pixels
 */
record LogScale(double bottom, double top, double height) {

  /** The scale on which all of the values above 0 have room. */
  static LogScale over(List<Double> values, double height) {
    double least = Double.MAX_VALUE;
    double most = 1;
    for (double value : values) {
      if (value > 0 && value < Double.MAX_VALUE) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    double bottom = Math.pow(10, Math.floor(Math.log10(Math.min(least, most))));
    return new LogScale(bottom, Math.max(most * 1.25, bottom * 10), height);
  }

  /** How far below the top edge a value lies; 0 and less are at the bottom. */
  double y(double value) {
    if (!(value > bottom)) {
      return height;
    }
    return height * (1 - Math.log(Math.min(value, top) / bottom) / Math.log(top / bottom));
  }

  /** The powers of ten, and where they are few their halves and fifths, up to the top. */
  List<Long> ticks() {
    boolean few = top / bottom < 400;
    List<Long> ticks = new ArrayList<>();
    for (double power = bottom; power <= top; power *= 10) {
      for (int factor : few ? new int[] {1, 2, 5} : new int[] {1}) {
        if (power * factor >= 1 && power * factor <= top) {
          ticks.add(Math.round(power * factor));
        }
      }
    }
    return ticks;
  }
}
