package dev.sealift.migration;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks for TEK and TIK in a file or in bytes: as they are, with the bytes of each 32-bit or 64-bit
 * word turned round as arrays of words keep them, turned round as a whole, and, TIK, under the pads
 * of HMAC.
 */
final class KeySearch {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int KEY = 16;

  private record Form(String name, byte[] bytes) {}

  private final Map<Long, List<Form>> forms = new HashMap<>();

  /** One bit for each value of a form's first two bytes. */
  private final long[] sieve = new long[1 << 10];

  KeySearch(byte[] tek, byte[] tik) {
    addAll("TEK", tek);
    addAll("TIK", tik);
    addAll("TIK under the inner pad", padded(tik, 0x36));
    addAll("TIK under the outer pad", padded(tik, 0x5c));
  }

  private void addAll(String name, byte[] key) {
    add(name, key);
    for (int word : new int[] {4, 8, 16}) {
      add("%s by words of %d bytes".formatted(name, word), turned(key, word));
    }
  }

  private void add(String name, byte[] bytes) {
    long head = (long) LONG.get(bytes, 0);
    forms.computeIfAbsent(head, _ -> new ArrayList<>()).add(new Form(name, bytes));
    int start = (int) head & 0xFFFF;
    sieve[start >> 6] |= 1L << start;
  }

  private static byte[] turned(byte[] key, int word) {
    byte[] turned = new byte[key.length];
    for (int i = 0; i < key.length; i++) {
      turned[i] = key[i - i % word + word - 1 - i % word];
    }
    return turned;
  }

  private static byte[] padded(byte[] key, int pad) {
    byte[] padded = key.clone();
    for (int i = 0; i < padded.length; i++) {
      padded[i] ^= (byte) pad;
    }
    return padded;
  }

  /** What of the keys is in a text: in hexadecimal, in base64, or as arrays print themselves. */
  Set<String> findInWords(String text) {
    Set<String> found = new TreeSet<>();
    String lower = text.toLowerCase(Locale.ROOT);
    for (Form form : forms.values().stream().flatMap(List::stream).toList()) {
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(form.bytes);
      // The last digits of a key in the middle of something longer are others.
      String beginning = base64.substring(0, base64.length() - 1);
      String array = Arrays.toString(form.bytes);
      if (lower.contains(HexFormat.of().formatHex(form.bytes))
          || lower.contains(HexFormat.ofDelimiter(":").formatHex(form.bytes))
          || text.contains(beginning)
          || text.contains(array.substring(1, array.length() - 1))) {
        found.add(form.name);
      }
    }
    return found;
  }

  /** What of the keys is in a file. */
  Set<String> findIn(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      return findIn(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    }
  }

  /** What of the keys is in memory. */
  Set<String> findIn(MemorySegment memory) {
    Set<String> found = new TreeSet<>();
    long last = memory.byteSize() - KEY;
    for (long at = 0; at <= last; at++) {
      int start = Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
      if ((sieve[start >> 6] >>> start & 1) != 0) {
        compare(memory, at, found);
      }
    }
    return found;
  }

  private void compare(MemorySegment memory, long at, Set<String> found) {
    long head = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    for (Form form : forms.getOrDefault(head, List.of())) {
      if (memory.asSlice(at, KEY).mismatch(MemorySegment.ofArray(form.bytes)) < 0) {
        found.add(form.name);
      }
    }
  }
}
