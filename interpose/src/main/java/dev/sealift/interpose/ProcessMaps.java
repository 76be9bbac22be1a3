package dev.sealift.interpose;

import dev.sealift.kernel.UserMemory.Access;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process had mapped at one time, and what for.
 *
 * <p>Source: proc(5), /proc/pid/maps.
 */
final class ProcessMaps {
  private static final Pattern LINE =
      Pattern.compile("^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-])([w-])", Pattern.MULTILINE);

  /**
   * Bytes that are looked at: Linux lets a process have some 65000 mappings, and each may name a
   * long path. A process with more of them has, for us, the first ones only.
   */
  private static final int MOST_BYTES = 32 << 20;

  private record Mapping(long end, boolean readable, boolean writable) {
    boolean allows(Access access) {
      return access == Access.WRITE ? writable : readable;
    }
  }

  private final NavigableMap<Long, Mapping> byStart = new TreeMap<>();

  private ProcessMaps(String maps) {
    Matcher line = LINE.matcher(maps);
    while (line.find()) {
      byStart.put(
          Long.parseUnsignedLong(line.group(1), 16),
          new Mapping(
              Long.parseUnsignedLong(line.group(2), 16),
              line.group(3).equals("r"),
              line.group(4).equals("w")));
    }
  }

  /** Those of a process now; of one that is gone, none. */
  static ProcessMaps of(int pid) {
    try (InputStream maps = Files.newInputStream(Path.of("/proc/" + pid + "/maps"))) {
      return parse(new String(maps.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1));
    } catch (IOException gone) {
      return parse("");
    }
  }

  static ProcessMaps parse(String maps) {
    return new ProcessMaps(maps);
  }

  /** How many bytes from an address on are mapped without a gap and allow the access. */
  long bytes(long address, Access access) {
    long end = address;
    for (Map.Entry<Long, Mapping> at = byStart.floorEntry(address);
        at != null && at.getKey() <= end && at.getValue().end() > end;
        at = byStart.floorEntry(end)) {
      if (!at.getValue().allows(access)) {
        break;
      }
      end = at.getValue().end();
    }
    return end - address;
  }
}
