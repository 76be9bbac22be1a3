package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The descriptor table. Numbers count up from 3 and, unlike Linux's, are never given twice: a stale
 * one is {@code -EBADF}, and never another VM's.
 */
final class Descriptors {
  private static final int FIRST = 3;

  /** One past the last number; those from here on are the SEV layer's. */
  private static final int END = 0x4000_0000;

  /** Descriptors open at a time (RLIMIT_NOFILE). */
  private static final int OPEN_LIMIT = 1 << 16;

  private final ConcurrentMap<Integer, OpenFile> files = new ConcurrentHashMap<>();
  private int next = FIRST;

  /** Opens what is made for the number that it gets. Returns that number, or {@code -EMFILE}. */
  synchronized int open(IntFunction<OpenFile> file) {
    if (next == END || files.size() >= OPEN_LIMIT) {
      return Errno.EMFILE.negated();
    }
    files.put(next, file.apply(next));
    return next++;
  }

  /** What a descriptor stands for, or null if it is not open. */
  @Nullable OpenFile get(int fd) {
    return files.get(fd);
  }

  /** Closes a descriptor. Returns 0 or {@code -EBADF}. */
  int close(int fd) {
    OpenFile file = files.remove(fd);
    if (file == null) {
      return Errno.EBADF.negated();
    }
    file.release();
    return 0;
  }
}
