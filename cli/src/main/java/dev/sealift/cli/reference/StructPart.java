package dev.sealift.cli.reference;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a struct: a field, or bytes between fields that mean nothing.
 *
 * @param offset bytes from the start
 * @param size bytes
 * @param field the C name; null where the bytes are reserved
 * @param direction which way it goes; null where that is not told
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StructPart(int offset, int size, @Nullable String field, @Nullable String direction) {

  /** Every byte of a struct, in order. */
  public static List<StructPart> of(
      StructLayout struct, Function<Field, @Nullable String> direction) {
    List<StructPart> parts = new ArrayList<>();
    int end = 0;
    for (Field field : struct.fields()) {
      gap(parts, end, field.offset());
      parts.add(new StructPart(field.offset(), field.size(), field.name(), direction.apply(field)));
      end = field.offset() + field.size();
    }
    gap(parts, end, struct.size());
    return parts;
  }

  private static void gap(List<StructPart> parts, int from, int to) {
    if (from < to) {
      parts.add(new StructPart(from, to - from, null, null));
    }
  }
}
