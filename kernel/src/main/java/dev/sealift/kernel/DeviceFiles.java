package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The open descriptors of /dev/sev. Their numbers start where no descriptor of a real kernel can
 * be, so that whose a descriptor is shows in the number.
 */
final class DeviceFiles implements SevDescriptors {
  /** The lowest descriptor. */
  static final int FIRST = 0x40000000;

  /**
   * An open file of /dev/sev.
   *
   * @param writable opened for writing
   */
  record DeviceFile(boolean writable) {}

  private volatile IntervalMap<DeviceFile> files = IntervalMap.empty();

  /** Whether a number can only be a descriptor of /dev/sev, open or not. */
  static boolean owns(int fd) {
    return fd >= FIRST;
  }

  /** Opens the device: the lowest free number, or {@code -EMFILE}. */
  synchronized int open(boolean writable) {
    long fd = files.gap(FIRST, 1L << 31, 1, 1);
    if (fd < 0) {
      return Errno.EMFILE.negated();
    }
    files = files.with(fd, fd + 1, new DeviceFile(writable));
    return (int) fd;
  }

  /** False if it was not open. */
  synchronized boolean close(int fd) {
    boolean open = at(fd) != null;
    files = files.without(fd);
    return open;
  }

  @Override
  public boolean isOpen(int fd) {
    return at(fd) != null;
  }

  /** The open file, or null. */
  @Nullable DeviceFile at(int fd) {
    return files.at(fd);
  }
}
