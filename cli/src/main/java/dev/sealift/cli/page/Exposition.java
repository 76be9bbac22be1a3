package dev.sealift.cli.page;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prometheus' text format, version 0.0.4: for each metric a HELP and a TYPE line, then its samples
 * together. A series comes once; of two samples with the same labels the first one counts.
 */
final class Exposition {
  private final StringBuilder out = new StringBuilder();
  private final Set<String> series = new HashSet<>();
  private String metric = "";

  /** Begins a metric whose value goes up and down. */
  Exposition gauge(String name, String help) {
    return begin(name, "gauge", help);
  }

  /** Begins a metric whose value only grows. */
  Exposition counter(String name, String help) {
    return begin(name, "counter", help);
  }

  private Exposition begin(String name, String type, String help) {
    metric = name;
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /**
   * A value of the metric that was begun last; nothing where it is null.
   *
   * @param labels names and values in turn
   */
  void sample(@Nullable Number value, String... labels) {
    if (value == null) {
      return;
    }
    StringBuilder name = new StringBuilder(metric);
    for (int i = 0; i < labels.length; i += 2) {
      name.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      escape(name, labels[i + 1]);
      name.append('"');
    }
    if (labels.length > 0) {
      name.append('}');
    }
    if (series.add(name.toString())) {
      out.append(name).append(' ').append(number(value)).append('\n');
    }
  }

  private static String number(Number value) {
    double number = value.doubleValue();
    if (number == Double.POSITIVE_INFINITY) {
      return "+Inf";
    }
    return number == Double.NEGATIVE_INFINITY ? "-Inf" : value.toString();
  }

  private static void escape(StringBuilder out, String label) {
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append("\\\"");
        case '\n' -> out.append("\\n");
        default -> out.append(c);
      }
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
