package dev.sealift.kernel;

import dev.sealift.abi.Errno;

/**
 * One SEV_ISSUE_CMD.
 *
 * @param user the memory of the process that calls
 * @param writable the descriptor was opened for writing
 * @param data the user address of the command's parameters
 * @param error the caller's error field
 */
record DeviceCall(UserMemory user, boolean writable, long data, FirmwareError error) {

  /** Refuses a descriptor that may only look. */
  void requireWritable() throws Refusal {
    if (!writable) {
      throw new Refusal(Errno.EPERM);
    }
  }
}
