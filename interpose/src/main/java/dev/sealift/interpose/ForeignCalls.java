package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.kernel.SevDevice;
import dev.sealift.kernel.UserMemory;
import java.lang.System.Logger.Level;

/** The driver as other programs reach it: a slip behind it is an answer to one of them. */
record ForeignCalls(SevDevice device) {
  private static final System.Logger LOG = System.getLogger("dev.sealift.interpose");

  /** ioctl(2) on /dev/sev: 0 or a negative errno. */
  int ioctl(UserMemory caller, boolean writable, int request, long argument) {
    try {
      return device.ioctl(caller, writable, request, argument);
    } catch (RuntimeException slip) {
      LOG.log(Level.ERROR, "an ioctl of another program failed", slip);
      return Errno.EIO.negated();
    }
  }
}
