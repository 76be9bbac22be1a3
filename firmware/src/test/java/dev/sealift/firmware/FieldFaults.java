package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.NOWHERE;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How to bring faults of fields about: the twin of {@link FieldChecks}. */
final class FieldFaults {

  private FieldFaults() {}

  /**
   * The recipe for a fault that the table says of fields alone; empty where it is no such fault.
   */
  static Optional<FaultRecipes.Recipe> recipe(String fault) {
    Matcher m;
    m = match("(\\w+) is not a multiple of (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long half = Math.max(1, Long.parseLong(m.group(2)) / 2);
      if (field.endsWith("len")) {
        return spoil(field, s -> s.set(field, s.get(field) + half));
      }
      return spoil(field + " alignment", s -> s.set(field, s.get(field) | half));
    }
    m = match("(\\w+) names no memory of .*", fault);
    if (m.matches()) {
      String field = m.group(1);
      // Two places, so that source and destination still lie apart.
      long nowhere = field.startsWith("dst") ? 2 * NOWHERE : NOWHERE;
      return spoil(field, s -> s.set(field, nowhere | s.get(field) & 0xFFF));
    }
    m = match("(\\w+) may not name \\d+ bytes", fault);
    if (m.matches()) {
      String field = m.group(1);
      return spoil(field, s -> s.set(field, 1L << 46 | s.get(field) & 0xFFFFF));
    }
    m = match("(\\w+) is not aligned to its page", fault);
    if (m.matches()) {
      String field = m.group(1);
      return spoil(field + " alignment", s -> s.set(field, s.get(field) | 0x10));
    }
    m = match("(\\w+) is not (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long value = Long.parseLong(m.group(2));
      return spoil(field, s -> s.set(field, value + 1));
    }
    m = match("(\\w+) is below (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long value = Long.parseLong(m.group(2));
      // Data comes in whole blocks, or an earlier check would see it.
      long less = field.equals("guest_len") ? value - 16 : value - 1;
      return spoil(
          field,
          s -> {
            s.set(field, less);
            keepEqualLengths(s, field);
          });
    }
    m = match("(\\w+) is below (\\w+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      String other = m.group(2);
      return spoil(field, s -> s.set(field, Math.max(1, s.get(other) - 16)));
    }
    m = match("(\\w+) is above (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long value = Long.parseLong(m.group(2));
      return spoil(field, s -> s.set(field, value + 16));
    }
    m = match("(\\w+) differs from \\w+", fault);
    if (m.matches()) {
      String field = m.group(1);
      return spoil(field, s -> s.set(field, s.get(field) + 16));
    }
    m = match("(\\w+) is 0", fault);
    if (m.matches()) {
      String field = m.group(1);
      return spoil(field, s -> s.set(field, 0));
    }
    return Optional.empty();
  }

  /** A packet that is received is as long on both sides, or an earlier check would see it. */
  private static void keepEqualLengths(Scenario s, String field) {
    boolean received = s.row.command().name().startsWith("RECEIVE_UPDATE");
    if (field.equals("guest_len") && received) {
      s.set("trans_len", s.get("guest_len"));
      Packets.sealAgain(s);
    }
  }

  private static Matcher match(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text);
  }

  private static Optional<FaultRecipes.Recipe> spoil(String spoils, Consumer<Scenario> after) {
    return Optional.of(new FaultRecipes.Recipe(Set.of(spoils), scenario -> {}, after));
  }
}
