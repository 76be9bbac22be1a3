package dev.sealift.interpose;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is mounted where the calling thread is.
 *
 * <p>Source: proc(5), /proc/pid/mountinfo.
 */
public final class MountTable {
  private static final Pattern LINE =
      Pattern.compile(
          "^(?:\\S+ ){4}(?<point>\\S+) \\S+ (?:\\S+ )*?- (?<type>\\S+) (?<source>\\S+) .*$");

  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

  /**
   * A mount.
   *
   * @param point the path that it covers: text, since not every name is a path in every locale
   * @param type the file system
   * @param source what it was mounted from, by name
   */
  record Mount(String point, String type, String source) {}

  private MountTable() {}

  /** Whether something is mounted at exactly this path, which has no links in it. */
  public static boolean isMounted(Path path) {
    return top(path).isPresent();
  }

  /** Of what is mounted at a path, that which is seen. */
  static Optional<Mount> top(Path path) {
    return mounts().stream()
        .filter(mount -> mount.point().equals(path.toString()))
        .reduce((_, last) -> last);
  }

  private static List<Mount> mounts() {
    try {
      // By bytes: a path may be in no character set at all.
      return parse(
          new String(
              Files.readAllBytes(Path.of("/proc/thread-self/mountinfo")), StandardCharsets.UTF_8));
    } catch (IOException noProc) {
      return List.of();
    }
  }

  /** Of the lines of a mountinfo those that are in form. */
  static List<Mount> parse(String mountinfo) {
    return mountinfo
        .lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .map(line ->
            new Mount(
                unescaped(line.group("point")),
                line.group("type"),
                unescaped(line.group("source"))))
        .toList();
  }

  /** Blanks, line ends and backslashes are written in octal. */
  private static String unescaped(String text) {
    return ESCAPED
        .matcher(text)
        .replaceAll(octal ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
  }
}
