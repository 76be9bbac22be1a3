package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The open files of other processes.
 *
 * <p>Source: proc(5), /proc/pid/fd, fdinfo and status.
 */
record ForeignFiles(Linux linux) {
  private static final Pattern FLAGS =
      Pattern.compile("^flags:\\s*([0-7]{1,10})$", Pattern.MULTILINE);

  private static final Pattern PROCESS =
      Pattern.compile("^Tgid:\\s*([0-9]{1,9})$", Pattern.MULTILINE);

  private static final Pattern PARENT =
      Pattern.compile("^PPid:\\s*([0-9]{1,9})$", Pattern.MULTILINE);

  /** More than stands before the end of the flags, and before the end of the process ids. */
  private static final int BEGINNING = 512;

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

  /**
   * What is open at a descriptor: a path as this process sees it, or a name of Linux's own.
   *
   * @param pid a process or one of its threads
   * @return empty if nothing is open there
   */
  static String name(int pid, int fd) {
    return name(Path.of("/proc/" + pid + "/fd/" + Integer.toUnsignedString(fd)));
  }

  private static String name(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException notOpen) {
      return "";
    }
  }

  /** The descriptors of a process at which something of this name is open; none if it is gone. */
  static List<Integer> descriptors(int pid, String name) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return descriptors
          .filter(descriptor -> name(descriptor).equals(name))
          .map(descriptor -> Integer.valueOf(String.valueOf(descriptor.getFileName())))
          .toList();
    } catch (IOException | UncheckedIOException gone) {
      return List.of();
    }
  }

  /** The process that a thread belongs to; {@code -ESRCH} if it is gone. */
  int process(int thread) {
    Matcher process = PROCESS.matcher(beginning("/proc/" + thread + "/status"));
    return process.find() ? Integer.parseInt(process.group(1)) : Errno.ESRCH.negated();
  }

  /** The process that has started another one, or inherited it; {@code -ESRCH} if that is gone. */
  int parent(int pid) {
    Matcher parent = PARENT.matcher(beginning("/proc/" + pid + "/status"));
    return parent.find() ? Integer.parseInt(parent.group(1)) : Errno.ESRCH.negated();
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
