package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmIoctl;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A VM that another process has of its own kernel, and what KVM keeps of it for SEV here: the three
 * SEV ioctls of its descriptor, over that process's memory. That kernel runs its vCPUs without
 * keys, so guest memory stays plain and there is no SEV-ES.
 *
 * <p>Of the VM nothing else is seen: a VM with vCPUs can still become a SEV guest, and its context
 * cannot go to another one.
 */
public final class ForeignVirtualMachine implements AutoCloseable {
  private final SevVirtualMachine vm;
  private final ForeignMemory memory;
  private final MemoryEncryptOp memoryEncryptOp;
  private final Lock calls = new ReentrantLock();

  ForeignVirtualMachine(
      SevVirtualMachine vm, ForeignMemory memory, MemoryEncryptOp memoryEncryptOp) {
    this.vm = vm;
    this.memory = memory;
    this.memoryEncryptOp = memoryEncryptOp;
  }

  /**
   * ioctl(2) on the VM's descriptor.
   *
   * @param request one of the three SEV ioctls; others are the process's own kernel's
   * @param argument the address of the argument in the process
   * @return 0 or a negative errno
   */
  public int ioctl(int request, long argument) {
    // One call at a time: the addresses that one has pinned go when it ends.
    calls.lock();
    try {
      return switch (request) {
        case KvmIoctl.MEMORY_ENCRYPT_OP -> memoryEncryptOp.run(vm, argument);
        case KvmIoctl.MEMORY_ENCRYPT_REG_REGION -> vm.registerRegion(argument);
        case KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION -> vm.unregisterRegion(argument);
        default -> Errno.ENOTTY.negated();
      };
    } finally {
      memory.release();
      calls.unlock();
    }
  }

  /** The VM is gone: its firmware guest and its ASID go, too. */
  @Override
  public void close() {
    vm.destroy();
  }
}
