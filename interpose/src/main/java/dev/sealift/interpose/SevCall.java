package dev.sealift.interpose;

import dev.sealift.kernel.ForeignCaller;

/**
 * A SEV ioctl of a program.
 *
 * @param pid the process
 * @param vm the VM that it is about, counted from 1 in the order of their first call; {@link
 *     #DEVICE} for /dev/sev
 * @param writable whether the descriptor was opened for writing
 * @param request the ioctl's number
 * @param argument the address of its argument
 * @param caller the process's memory and descriptors, while the call lasts
 */
public record SevCall(
    int pid, int vm, boolean writable, int request, long argument, ForeignCaller caller) {

  /** In place of a VM: the call is one on /dev/sev. */
  public static final int DEVICE = 0;
}
