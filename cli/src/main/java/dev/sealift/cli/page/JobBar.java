package dev.sealift.cli.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How the guests of a fleet's job fare, as one bar and in words. */
final class JobBar {
  /** From the best to the worst. */
  static final List<String> STATES = List.of("moved", "moving", "waiting", "cancelled", "failed");

  private static final String HEIGHT = "10";

  private JobBar() {}

  /** The bar. */
  static void write(Html html, Map<String, Integer> guests) {
    double all = all(guests);
    html.open(
        "svg",
        "class",
        "states",
        "width",
        "100%",
        "height",
        HEIGHT,
        "role",
        "img",
        "aria-label",
        words(guests));
    double left = 0;
    for (String state : STATES) {
      double width = all > 0 ? guests.getOrDefault(state, 0) / all : 0;
      if (width > 0) {
        html.empty(
            "rect",
            "x",
            Figures.part(left),
            "width",
            Figures.part(width),
            "height",
            HEIGHT,
            "class",
            state);
      }
      left += width;
    }
    html.close();
  }

  /** As {@code 12 of 24 moved, 3 moving, 9 waiting}. */
  static String words(Map<String, Integer> guests) {
    List<String> words = new ArrayList<>();
    words.add(
        Figures.count(guests.getOrDefault("moved", 0))
            + " of "
            + Figures.count(all(guests))
            + " moved");
    for (String state : STATES.subList(1, STATES.size())) {
      int number = guests.getOrDefault(state, 0);
      if (number > 0) {
        words.add(Figures.count(number) + " " + state);
      }
    }
    return String.join(", ", words);
  }

  private static int all(Map<String, Integer> guests) {
    return guests.values().stream().mapToInt(Integer::intValue).sum();
  }
}
