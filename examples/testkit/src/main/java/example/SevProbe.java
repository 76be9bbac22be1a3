package example;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;

/** What a VMM of yours might do first: look whether this machine has SEV for it. */
public final class SevProbe {

  /** What it finds. */
  public enum Finding {
    USABLE,
    NOT_ALLOWED,
    MISSING
  }

  private SevProbe() {}

  /** Looks, and leaves nothing open. */
  public static Finding probe(SystemCalls kernel) {
    int fd = kernel.open("/dev/sev", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    if (fd >= 0) {
      kernel.close(fd);
      return Finding.USABLE;
    }
    return Errno.of(fd).equals(Errno.EACCES) ? Finding.NOT_ALLOWED : Finding.MISSING;
  }
}
