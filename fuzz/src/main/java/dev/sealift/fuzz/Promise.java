package dev.sealift.fuzz;

import java.util.Arrays;
import java.util.HexFormat;

/** What is promised of values that were read from bytes. */
public final class Promise {

  private Promise() {}

  /**
   * Makes a value of bytes.
   *
   * @param <T> the value
   */
  public interface Decoder<T> {
    T decode(byte[] bytes) throws Exception;
  }

  /**
   * Makes bytes of a value.
   *
   * @param <T> the value
   */
  public interface Encoder<T> {
    byte[] encode(T value) throws Exception;
  }

  /** Whatever is read is written as the same bytes: nothing has two forms. */
  public static <T> FuzzTarget.Reading oneForm(Decoder<T> decoder, Encoder<T> encoder) {
    return input ->
        holds(input, encoder.encode(decoder.decode(input)), "what was read is written otherwise");
  }

  /** Whatever is read is written in one form, which is read as the same value. */
  public static <T> FuzzTarget.Reading sameValue(Decoder<T> decoder, Encoder<T> encoder) {
    return input -> {
      T value = decoder.decode(input);
      byte[] written = encoder.encode(value);
      T again;
      try {
        again = decoder.decode(written);
      } catch (Exception refused) {
        throw new AssertionError("what was written of a value is refused", refused);
      }
      holds(value.equals(again), "what was written is read as another value");
      holds(written, encoder.encode(again), "a value is written in two forms");
    };
  }

  /** Fails unless it holds. */
  public static void holds(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  /** Fails unless the bytes are equal. */
  public static void holds(byte[] expected, byte[] actual, String otherwise) {
    int difference = Arrays.mismatch(expected, actual);
    if (difference >= 0) {
      throw new AssertionError(
          "%s, from byte %d on: %s and %s"
              .formatted(
                  otherwise, difference, some(expected, difference), some(actual, difference)));
    }
  }

  private static String some(byte[] bytes, int from) {
    return HexFormat.of().formatHex(bytes, from, Math.min(bytes.length, from + 16));
  }
}
