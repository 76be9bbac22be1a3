package dev.sealift.firmware;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The faults that the interface table says of fields alone: a length that is not what it must be,
 * an address that names no memory. Lengths are unsigned.
 */
final class FieldChecks {
  private final CheckedMemory memory;

  private record Form(Pattern pattern, BiFunction<Matcher, Shape, Check> binding) {
    static Form of(String pattern, BiFunction<Matcher, Shape, Check> binding) {
      return new Form(Pattern.compile(pattern), binding);
    }
  }

  private final List<Form> forms =
      List.of(
          Form.of("(\\w+) is given", FieldChecks::isGiven),
          Form.of("(\\w+) is not given", FieldChecks::isZero),
          Form.of("(\\w+) is 0", FieldChecks::isZero),
          Form.of("(\\w+) is not (\\d+)", FieldChecks::isNot),
          Form.of("(\\w+) is below (\\w+)", FieldChecks::isBelow),
          Form.of("(\\w+) is above (\\d+)", FieldChecks::isAbove),
          Form.of("(\\w+) differs from (\\w+)", FieldChecks::differs),
          Form.of("(\\w+) is not a multiple of (\\d+)", FieldChecks::isNoMultiple),
          Form.of("(\\w+) names no memory of (\\w+) bytes", this::namesNoMemory),
          Form.of("(\\w+) may not name (\\d+) bytes", this::mayNotName));

  FieldChecks(CheckedMemory memory) {
    this.memory = memory;
  }

  /** The meaning of words about fields; empty where they are of no form known here. */
  Optional<Check> meaning(String words, Shape shape) {
    for (Form form : forms) {
      Matcher matcher = form.pattern().matcher(words);
      if (matcher.matches()) {
        return Optional.of(form.binding().apply(matcher, shape));
      }
    }
    return Optional.empty();
  }

  private static Check isGiven(Matcher words, Shape shape) {
    Shape.Value field = shape.number(words.group(1));
    return call -> field.of(call.buffer()) != 0;
  }

  private static Check isZero(Matcher words, Shape shape) {
    Shape.Value field = shape.number(words.group(1));
    return call -> field.of(call.buffer()) == 0;
  }

  private static Check isNot(Matcher words, Shape shape) {
    Shape.Value field = shape.number(words.group(1));
    long value = Long.parseLong(words.group(2));
    return call -> field.of(call.buffer()) != value;
  }

  private static Check isBelow(Matcher words, Shape shape) {
    Shape.Value field = shape.number(words.group(1));
    Shape.Value other = numberOrField(words.group(2), shape);
    return call -> field.of(call.buffer()) < other.of(call.buffer());
  }

  private static Check isAbove(Matcher words, Shape shape) {
    Shape.Value field = shape.number(words.group(1));
    long value = Long.parseLong(words.group(2));
    return call -> field.of(call.buffer()) > value;
  }

  private static Check differs(Matcher words, Shape shape) {
    Shape.Value field = shape.number(words.group(1));
    Shape.Value other = shape.number(words.group(2));
    return call -> field.of(call.buffer()) != other.of(call.buffer());
  }

  private static Check isNoMultiple(Matcher words, Shape shape) {
    Shape.Value field = shape.number(words.group(1));
    long unit = Long.parseLong(words.group(2));
    return call -> Long.remainderUnsigned(field.of(call.buffer()), unit) != 0;
  }

  private Check namesNoMemory(Matcher words, Shape shape) {
    Shape.Value address = shape.number(words.group(1));
    Shape.Value length = numberOrField(words.group(2), shape);
    return call -> !memory.reaches(address.of(call.buffer()), length.of(call.buffer()));
  }

  private Check mayNotName(Matcher words, Shape shape) {
    Shape.Value address = shape.number(words.group(1));
    long length = Long.parseLong(words.group(2));
    return call -> !memory.mayName(address.of(call.buffer()), length);
  }

  private static Shape.Value numberOrField(String word, Shape shape) {
    if (word.chars().allMatch(Character::isDigit)) {
      long value = Long.parseLong(word);
      return buffer -> value;
    }
    return shape.number(word);
  }
}
