package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Encryption contexts between VMs of one host: KVM_CAP_VM_COPY_ENC_CONTEXT_FROM makes a mirror,
 * which shares the address space and the firmware's guest of its owner;
 * KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM hands both over and leaves a dead VM behind.
 *
 * <p>Source: the kernel's documentation of the KVM API, the two capabilities.
 */
final class ContextTransfer {
  private final VirtualMachines vms;

  ContextTransfer(VirtualMachines vms) {
    this.vms = vms;
  }

  /** What is done while both VMs are locked. */
  private interface Transfer {
    void run(SevVirtualMachine destination, SevVirtualMachine source)
        throws Refusal, InterruptedException;
  }

  /** KVM_ENABLE_CAP of KVM_CAP_VM_COPY_ENC_CONTEXT_FROM. */
  int copy(SevVirtualMachine destination, int sourceFd) {
    return between(destination, sourceFd, ContextTransfer::mirror);
  }

  /** KVM_ENABLE_CAP of KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM. */
  int move(SevVirtualMachine destination, int sourceFd) {
    return between(destination, sourceFd, ContextTransfer::moveAll);
  }

  private int between(SevVirtualMachine destination, int sourceFd, Transfer transfer) {
    SevVirtualMachine source = vms.at(sourceFd);
    if (source == null) {
      return Errno.EBADF.negated();
    }
    if (source == destination) {
      return Errno.EINVAL.negated();
    }
    // Two VMs that take from each other would wait for each other: whoever comes second goes.
    if (!destination.transferring().compareAndSet(false, true)) {
      return Errno.EBUSY.negated();
    }
    try {
      if (!source.transferring().compareAndSet(false, true)) {
        return Errno.EBUSY.negated();
      }
      try {
        return locked(destination, source, transfer);
      } finally {
        source.transferring().set(false);
      }
    } finally {
      destination.transferring().set(false);
    }
  }

  /** A thread that is interrupted while it waits stands for a process that is killed. */
  private static int locked(
      SevVirtualMachine destination, SevVirtualMachine source, Transfer transfer) {
    try {
      destination.lock().lockInterruptibly();
      try {
        source.lock().lockInterruptibly();
        try {
          if (destination.isDestroyed() || source.isDestroyed()) {
            return Errno.EBADF.negated();
          }
          transfer.run(destination, source);
          return 0;
        } finally {
          source.lock().unlock();
        }
      } finally {
        destination.lock().unlock();
      }
    } catch (Refusal refusal) {
      return refusal.result();
    } catch (InterruptedException killed) {
      Thread.currentThread().interrupt();
      return Errno.EINTR.negated();
    }
  }

  private static void mirror(SevVirtualMachine destination, SevVirtualMachine source)
      throws Refusal {
    if (destination.isSevGuest()
        || !source.isSevGuest()
        || source.isMirror()
        || destination.createdVcpus() != 0) {
      throw new Refusal(Errno.EINVAL);
    }
    destination.mirror(source);
  }

  private static void moveAll(SevVirtualMachine destination, SevVirtualMachine source)
      throws Refusal, InterruptedException {
    if (destination.type() != source.type() || destination.isSevGuest() || !source.isSevGuest()) {
      throw new Refusal(Errno.EINVAL);
    }
    if (destination.isCreatingVcpu() || source.isCreatingVcpu()) {
      throw new Refusal(Errno.EBUSY);
    }
    // No vCPU may run while its key changes hands.
    try (LockedVcpus _ = LockedVcpus.of(destination.vcpus());
        LockedVcpus _ = LockedVcpus.of(source.vcpus())) {
      if (source.isSevEsGuest()) {
        requireRegistersToMove(destination, source);
      }
      destination.takeOver(source);
    }
  }

  /** Both sides need as many vCPUs, and those of the source encrypted registers. */
  private static void requireRegistersToMove(
      SevVirtualMachine destination, SevVirtualMachine source) throws Refusal {
    if (destination.vcpus().size() != source.vcpus().size()
        || !source.vcpus().stream().allMatch(Vcpu::isProtected)) {
      throw new Refusal(Errno.EINVAL);
    }
  }

  /** The mutexes of some vCPUs, held. */
  private record LockedVcpus(List<Vcpu> vcpus) implements AutoCloseable {

    static LockedVcpus of(List<Vcpu> vcpus) throws InterruptedException {
      int locked = 0;
      try {
        for (Vcpu vcpu : vcpus) {
          vcpu.mutex().lockInterruptibly();
          locked++;
        }
        return new LockedVcpus(vcpus);
      } finally {
        if (locked < vcpus.size()) {
          unlock(vcpus.subList(0, locked));
        }
      }
    }

    @Override
    public void close() {
      unlock(vcpus);
    }

    private static void unlock(List<Vcpu> vcpus) {
      vcpus.stream().map(Vcpu::mutex).forEach(ReentrantLock::unlock);
    }
  }
}
