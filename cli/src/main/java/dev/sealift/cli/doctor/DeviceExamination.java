package dev.sealift.cli.doctor;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxUnavailableException;

/**
 * Whether a device can be opened.
 *
 * @param path the device
 * @param present what it gives, as the end of a sentence
 * @param absent what is done without it, as a sentence
 * @param advice how to get it
 */
record DeviceExamination(String path, String present, String absent, String advice)
    implements Examination {

  @Override
  public Finding examine() {
    SystemCalls linux;
    try {
      linux = LinuxSystemCalls.open();
    } catch (LinuxUnavailableException e) {
      return Finding.missing(path, String.valueOf(e.getMessage()), advice);
    }
    int fd = linux.open(path, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    if (fd >= 0) {
      linux.close(fd);
      return Finding.ok(path, "It is here: " + present + ".");
    }
    Errno errno = Errno.of(fd);
    return errno.equals(Errno.EACCES) || errno.equals(Errno.EPERM)
        ? Finding.limited(
            path,
            "It is here, but this user may not open it. " + absent,
            "Allow this user to read and write " + path + ".")
        : Finding.missing(path, "It cannot be opened (" + errno + "). " + absent, advice);
  }
}
