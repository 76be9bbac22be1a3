package dev.sealift.abi;

/** Flags of open(2), x86-64 Linux (asm-generic/fcntl.h). */
public final class OpenFlags {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;

  /** The bits that hold the access mode. */
  public static final int O_ACCMODE = 3;

  /** Whatever would wait fails with EAGAIN instead. */
  public static final int O_NONBLOCK = 0x800;

  public static final int O_CLOEXEC = 0x80000;

  private OpenFlags() {}

  /** Whether a file opened with these flags may be written to. */
  public static boolean isWritable(int flags) {
    int mode = flags & O_ACCMODE;
    return mode == O_WRONLY || mode == O_RDWR;
  }
}
