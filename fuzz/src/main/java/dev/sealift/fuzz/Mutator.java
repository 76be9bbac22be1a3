package dev.sealift.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes inputs of others: bits turned over, numbers put in where a field may be, parts left out,
 * doubled, moved, cut off, or taken from another input. The same seed makes the same inputs.
 */
final class Mutator {
  /** What lengths and counts go wrong at. */
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    7,
    8,
    15,
    16,
    31,
    32,
    63,
    64,
    127,
    128,
    255,
    256,
    511,
    512,
    4095,
    4096,
    4097,
    32767,
    32768,
    65535,
    65536,
    0x7FFF_FFFEL,
    0x7FFF_FFFFL,
    0x8000_0000L,
    0xFFFF_FFFEL,
    0xFFFF_FFFFL,
    0x1_0000_0000L,
    Long.MAX_VALUE - 1,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -4096,
    -1
  };

  private static final int[] WIDTHS = {1, 2, 4, 8};
  private static final int MOST_STEPS = 5;

  private final Random random;
  private final int mostBytes;
  private final List<byte[]> words;

  Mutator(long seed, FuzzTarget target) {
    random = new Random(seed);
    mostBytes = target.mostBytes();
    words = target.wordBytes();
  }

  /** Another input, made of one or two of these. */
  byte[] next(List<byte[]> pool) {
    byte[] input = any(pool);
    for (int steps = 1 + random.nextInt(MOST_STEPS); steps > 0; steps--) {
      input = change(input, pool);
    }
    return input.length <= mostBytes ? input : Arrays.copyOf(input, mostBytes);
  }

  private byte[] change(byte[] input, List<byte[]> pool) {
    return switch (random.nextInt(12)) {
      case 0 -> flipped(input);
      case 1 -> withByte(input);
      case 2, 3, 4 -> withNumber(input);
      case 5 -> Arrays.copyOf(input, random.nextInt(input.length + 1));
      case 6 -> joined(input, input.length, filling());
      case 7 -> without(input);
      case 8 -> joined(input, place(input), part(input));
      case 9 -> joined(input, place(input), part(any(pool)));
      case 10 -> withDecimal(input);
      default -> words.isEmpty() ? overwritten(input, part(any(pool))) : withWord(input);
    };
  }

  private byte[] flipped(byte[] input) {
    if (input.length > 0) {
      input = input.clone();
      input[random.nextInt(input.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    }
    return input;
  }

  private byte[] withByte(byte[] input) {
    return overwritten(input, new byte[] {(byte) random.nextInt(1 << Byte.SIZE)});
  }

  /** A number of any width and byte order, at any place: often one that says a length. */
  private byte[] withNumber(byte[] input) {
    int width = WIDTHS[random.nextInt(WIDTHS.length)];
    long number =
        switch (random.nextInt(6)) {
          case 0 -> input.length + random.nextLong(-2, 3);
          case 1 -> random.nextLong();
          case 2 -> random.nextLong(-2, 66);
          default -> NUMBERS[random.nextInt(NUMBERS.length)];
        };
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    if (random.nextBoolean()) {
      bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(number);
      return overwritten(input, Arrays.copyOf(bytes.array(), width));
    }
    bytes.putLong(number);
    return overwritten(input, Arrays.copyOfRange(bytes.array(), Long.BYTES - width, Long.BYTES));
  }

  /** Another number in place of one that is written in digits. */
  private byte[] withDecimal(byte[] input) {
    int from = place(input);
    while (from < input.length && !isDigit(input[from])) {
      from++;
    }
    int to = from;
    while (to < input.length && isDigit(input[to])) {
      to++;
    }
    byte[] digits =
        Long.toString(NUMBERS[random.nextInt(NUMBERS.length)]).getBytes(StandardCharsets.US_ASCII);
    return from == to ? input : joined(joined(input, from, to), from, digits);
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  private byte[] withWord(byte[] input) {
    byte[] word = words.get(random.nextInt(words.size()));
    return random.nextBoolean() ? joined(input, place(input), word) : overwritten(input, word);
  }

  private byte[] without(byte[] input) {
    int from = place(input);
    return joined(input, from, from + random.nextInt(input.length - from + 1));
  }

  private byte[] filling() {
    byte[] filling = new byte[1 << random.nextInt(9)];
    switch (random.nextInt(3)) {
      case 0 -> random.nextBytes(filling);
      case 1 -> Arrays.fill(filling, (byte) -1);
      default -> {
        // Zeros.
      }
    }
    return filling;
  }

  private byte[] part(byte[] input) {
    int from = place(input);
    return Arrays.copyOfRange(input, from, from + random.nextInt(input.length - from + 1));
  }

  private int place(byte[] input) {
    return random.nextInt(input.length + 1);
  }

  private byte[] any(List<byte[]> pool) {
    return pool.get(random.nextInt(pool.size()));
  }

  /** Bytes over those that are there, as far as there are any. */
  private byte[] overwritten(byte[] input, byte[] bytes) {
    if (input.length == 0) {
      return bytes;
    }
    byte[] changed = input.clone();
    int at = random.nextInt(Math.max(1, input.length - bytes.length + 1));
    System.arraycopy(bytes, 0, changed, at, Math.min(bytes.length, input.length - at));
    return changed;
  }

  /** Leaves out what stands from one place to another. */
  private static byte[] joined(byte[] input, int from, int to) {
    byte[] rest = Arrays.copyOf(input, input.length - (to - from));
    System.arraycopy(input, to, rest, from, input.length - to);
    return rest;
  }

  /** Puts bytes in at a place. */
  private static byte[] joined(byte[] input, int at, byte[] bytes) {
    byte[] longer = Arrays.copyOf(input, input.length + bytes.length);
    System.arraycopy(bytes, 0, longer, at, bytes.length);
    System.arraycopy(input, at, longer, at + bytes.length, input.length - at);
    return longer;
  }
}
