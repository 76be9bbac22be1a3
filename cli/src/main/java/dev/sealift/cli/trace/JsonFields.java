package dev.sealift.cli.trace;

import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The fields of a JSON object that somebody else has written: each is as expected or refused. */
record JsonFields(JsonNode node) {

  /** Something is not as expected. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String what) {
      super(what);
    }
  }

  JsonFields {
    if (!node.isObject()) {
      throw new IllegalArgumentException("not an object");
    }
  }

  boolean has(String name) {
    return node.has(name);
  }

  /** A whole number within limits. */
  long number(String name, long least, long most) throws Unusable {
    JsonNode value = node.get(name);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new Unusable("its field " + name + " is no whole number");
    }
    long number = value.longValue();
    if (number < least || number > most) {
      throw new Unusable("its field " + name + " is out of range");
    }
    return number;
  }

  long numberOr(String name, long absent, long least, long most) throws Unusable {
    return has(name) ? number(name, least, most) : absent;
  }

  /** A text that may be shown on a terminal. */
  String text(String name) throws Unusable {
    JsonNode value = node.get(name);
    if (value == null || !value.isString()) {
      throw new Unusable("its field " + name + " is no text");
    }
    String text = value.stringValue();
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new Unusable("its field " + name + " has control characters");
    }
    return text;
  }

  boolean truth(String name) throws Unusable {
    JsonNode value = node.get(name);
    if (value == null || !value.isBoolean()) {
      throw new Unusable("its field " + name + " is neither true nor false");
    }
    return value.booleanValue();
  }

  byte[] hex(String name) throws Unusable {
    try {
      return HexFormat.of().parseHex(text(name));
    } catch (IllegalArgumentException notHex) {
      throw new Unusable("its field " + name + " is not hexadecimal");
    }
  }

  Place place(String name) throws Unusable {
    return Place.parse(text(name))
        .orElseThrow(() -> new Unusable("its field " + name + " is no address"));
  }

  JsonFields object(String name) throws Unusable {
    return of(node.get(name), name);
  }

  /** The objects in an array; none if there is no such field. */
  List<JsonNode> array(String name) throws Unusable {
    JsonNode value = node.get(name);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw new Unusable("its field " + name + " is no array");
    }
    return List.copyOf(value.values());
  }

  static JsonFields of(@Nullable JsonNode node, String name) throws Unusable {
    if (node == null || !node.isObject()) {
      throw new Unusable("its field " + name + " is no object");
    }
    return new JsonFields(node);
  }
}
