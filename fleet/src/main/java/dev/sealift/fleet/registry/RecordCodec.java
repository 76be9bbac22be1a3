package dev.sealift.fleet.registry;

import dev.sealift.fleet.registry.RegistryException.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Records as the registry keeps them: a JSON object with the record's components and {@code
 * "format"}, which is 1. Components that nobody here knows are ignored; all others have to be
 * there. What is longer than {@link #LONG} is kept in gzip's form.
 */
final class RecordCodec {
  /** ZooKeeper takes 1 MiB, its own words included. */
  static final int MOST_BYTES = 1_000_000;

  private static final int FORMAT = 1;
  private static final int LONG = 100_000;
  private static final int MOST_UNPACKED = 8 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .build();

  private RecordCodec() {}

  static byte[] encode(String path, Record value) throws RegistryException {
    ObjectNode object = JSON.createObjectNode();
    object.put("format", FORMAT);
    object.setAll((ObjectNode) JSON.<JsonNode>valueToTree(value));
    byte[] plain = JSON.writeValueAsBytes(object);
    byte[] kept = plain.length > LONG ? pack(plain) : plain;
    if (kept.length > MOST_BYTES) {
      throw new RegistryException(
          Kind.MALFORMED,
          "The registry takes records of up to %d bytes, and that for %s has %d."
              .formatted(MOST_BYTES, path, kept.length));
    }
    return kept;
  }

  static <T extends Record> T decode(String path, byte[] kept, Class<T> type)
      throws RegistryException {
    try {
      byte[] plain = kept.length > 1 && kept[0] == 0x1f ? unpack(kept) : kept;
      JsonNode object = JSON.readTree(plain);
      int format = object.path("format").asInt(0);
      if (format != FORMAT) {
        throw malformed(path, "it is of format %d, and this is %d".formatted(format, FORMAT), null);
      }
      T value = JSON.treeToValue(object, type);
      String absent = absent(value);
      if (absent != null) {
        throw malformed(path, "it has no '%s'".formatted(absent), null);
      }
      return value;
    } catch (JacksonException | IOException e) {
      throw malformed(path, firstLine(e), e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static RegistryException malformed(String path, String why, @Nullable Exception cause) {
    String words = "The record %s of the registry cannot be read: %s.".formatted(path, why);
    return cause == null
        ? new RegistryException(Kind.MALFORMED, words)
        : new RegistryException(Kind.MALFORMED, words, cause);
  }

  /** The name of a component that should be there; boxed numbers alone may be absent. */
  private static @Nullable String absent(@Nullable Object value) {
    if (value instanceof Record there) {
      for (RecordComponent component : there.getClass().getRecordComponents()) {
        Object part = part(there, component);
        if (part == null && !Number.class.isAssignableFrom(component.getType())) {
          return component.getName();
        }
        String deeper = absent(part);
        if (deeper != null) {
          return component.getName() + "." + deeper;
        }
      }
      return null;
    }
    Collection<?> parts = value instanceof Collection<?> all ? all : null;
    if (value instanceof Map<?, ?> map) {
      parts = map.values();
    }
    if (parts != null) {
      for (Object part : parts) {
        String deeper = absent(part);
        if (deeper != null) {
          return deeper;
        }
      }
    }
    return null;
  }

  private static @Nullable Object part(Record whole, RecordComponent component) {
    try {
      return component.getAccessor().invoke(whole);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record shows its components", e);
    }
  }

  private static byte[] pack(byte[] plain) {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes every byte", e);
    }
    return packed.toByteArray();
  }

  private static byte[] unpack(byte[] packed) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      byte[] plain = in.readNBytes(MOST_UNPACKED + 1);
      if (plain.length > MOST_UNPACKED) {
        throw new IOException("it is longer than %d bytes".formatted(MOST_UNPACKED));
      }
      return plain;
    }
  }
}
