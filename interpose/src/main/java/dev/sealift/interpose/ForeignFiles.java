package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The open files of other processes.
 *
 * <p>Source: proc(5), /proc/pid/fdinfo.
 */
record ForeignFiles(Linux linux) {
  private static final Pattern FLAGS =
      Pattern.compile("^flags:\\s*([0-7]{1,10})$", Pattern.MULTILINE);

  /** More than stands before the end of the flags. */
  private static final int BEGINNING = 128;

  /** A descriptor that only names a file (asm-generic/fcntl.h). */
  private static final int O_PATH = 0x200000;

  /**
   * How a file was opened.
   *
   * @param pid a process or one of its threads
   * @return flags as of open(2); {@code -EBADF} if nothing that can be used is open there
   */
  int flags(int pid, int fd) {
    int flags = parse(beginning("/proc/" + pid + "/fdinfo/" + fd));
    return flags < 0 || (flags & O_PATH) != 0 ? Errno.EBADF.negated() : flags;
  }

  private String beginning(String path) {
    int info = linux.calls().open(path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC);
    if (info < 0) {
      return "";
    }
    try (Arena call = Arena.ofConfined()) {
      MemorySegment text = call.allocate(BEGINNING);
      long length = Math.max(0, linux.descriptors().read(info, text));
      return new String(
          text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    } finally {
      linux.calls().close(info);
    }
  }

  private static int parse(String info) {
    Matcher flags = FLAGS.matcher(info);
    return flags.find() ? Integer.parseInt(flags.group(1), 8) : Errno.EBADF.negated();
  }
}
