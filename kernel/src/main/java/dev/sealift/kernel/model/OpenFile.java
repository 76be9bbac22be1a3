package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls.MapResult;

/**
 * What a descriptor stands for. Results are those of the system calls: a negative errno on failure.
 */
sealed interface OpenFile permits KvmDevice, VirtualMachineModel, VcpuModel {

  /** ioctl(2). */
  int ioctl(int request, long argument);

  /** mmap(2); length and offset are multiples of the page size. */
  default MapResult mmap(long length, int flags, long offset) {
    return new MapResult.Refused(Errno.ENODEV);
  }

  /** The descriptor was closed. */
  default void release() {}
}
