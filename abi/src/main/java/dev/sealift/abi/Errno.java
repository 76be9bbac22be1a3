package dev.sealift.abi;

/**
 * An errno of x86-64 Linux (asm-generic/errno.h), as a system call returns it negated. A number
 * that is not named here is still carried whole.
 *
 * @param number the positive errno
 */
public record Errno(int number) {
  /** Operation not permitted. */
  public static final Errno EPERM = new Errno(1);

  /** No such file or directory. */
  public static final Errno ENOENT = new Errno(2);

  /** No such process. */
  public static final Errno ESRCH = new Errno(3);

  /** Interrupted system call. */
  public static final Errno EINTR = new Errno(4);

  /** Input/output error. */
  public static final Errno EIO = new Errno(5);

  /** No such device or address. */
  public static final Errno ENXIO = new Errno(6);

  /** Argument list too long. */
  public static final Errno E2BIG = new Errno(7);

  /** Bad file descriptor. */
  public static final Errno EBADF = new Errno(9);

  /** Resource temporarily unavailable. */
  public static final Errno EAGAIN = new Errno(11);

  /** Cannot allocate memory. */
  public static final Errno ENOMEM = new Errno(12);

  /** Permission denied. */
  public static final Errno EACCES = new Errno(13);

  /** Bad address. */
  public static final Errno EFAULT = new Errno(14);

  /** Device or resource busy. */
  public static final Errno EBUSY = new Errno(16);

  /** File exists. */
  public static final Errno EEXIST = new Errno(17);

  /** No such device. */
  public static final Errno ENODEV = new Errno(19);

  /** Invalid argument. */
  public static final Errno EINVAL = new Errno(22);

  /** Too many open files. */
  public static final Errno EMFILE = new Errno(24);

  /** Inappropriate ioctl for device. */
  public static final Errno ENOTTY = new Errno(25);

  /** No space left on device. */
  public static final Errno ENOSPC = new Errno(28);

  /** Function not implemented. */
  public static final Errno ENOSYS = new Errno(38);

  /** Value too large for defined data type. */
  public static final Errno EOVERFLOW = new Errno(75);

  /** Operation not supported. */
  public static final Errno EOPNOTSUPP = new Errno(95);

  /** Connection timed out. */
  public static final Errno ETIMEDOUT = new Errno(110);

  /** Operation is not supported (kernel-internal). */
  public static final Errno ENOTSUPP = new Errno(524);

  /** The errno behind a negative result of a system call. */
  public static Errno of(long result) {
    if (result >= 0 || result < -4095) {
      throw new IllegalArgumentException(result + " is no failure of a system call");
    }
    return new Errno((int) -result);
  }

  /** What a system call that fails with this returns. */
  public int negated() {
    return -number;
  }

  /** The symbolic name, or "errno N". */
  public String name() {
    return switch (number) {
      case 1 -> "EPERM";
      case 2 -> "ENOENT";
      case 3 -> "ESRCH";
      case 4 -> "EINTR";
      case 5 -> "EIO";
      case 6 -> "ENXIO";
      case 7 -> "E2BIG";
      case 9 -> "EBADF";
      case 11 -> "EAGAIN";
      case 12 -> "ENOMEM";
      case 13 -> "EACCES";
      case 14 -> "EFAULT";
      case 16 -> "EBUSY";
      case 17 -> "EEXIST";
      case 19 -> "ENODEV";
      case 22 -> "EINVAL";
      case 24 -> "EMFILE";
      case 25 -> "ENOTTY";
      case 28 -> "ENOSPC";
      case 38 -> "ENOSYS";
      case 75 -> "EOVERFLOW";
      case 95 -> "EOPNOTSUPP";
      case 110 -> "ETIMEDOUT";
      case 524 -> "ENOTSUPP";
      default -> "errno " + number;
    };
  }

  /** What it means, in the words of strerror(3). */
  public String meaning() {
    return switch (number) {
      case 1 -> "Operation not permitted";
      case 2 -> "No such file or directory";
      case 3 -> "No such process";
      case 4 -> "Interrupted system call";
      case 5 -> "Input/output error";
      case 6 -> "No such device or address";
      case 7 -> "Argument list too long";
      case 9 -> "Bad file descriptor";
      case 11 -> "Resource temporarily unavailable";
      case 12 -> "Cannot allocate memory";
      case 13 -> "Permission denied";
      case 14 -> "Bad address";
      case 16 -> "Device or resource busy";
      case 17 -> "File exists";
      case 19 -> "No such device";
      case 22 -> "Invalid argument";
      case 24 -> "Too many open files";
      case 25 -> "Inappropriate ioctl for device";
      case 28 -> "No space left on device";
      case 38 -> "Function not implemented";
      case 75 -> "Value too large for defined data type";
      case 95 -> "Operation not supported";
      case 110 -> "Connection timed out";
      case 524 -> "Operation is not supported (kernel-internal)";
      default -> "Unknown error " + number;
    };
  }

  @Override
  public String toString() {
    return name();
  }
}
