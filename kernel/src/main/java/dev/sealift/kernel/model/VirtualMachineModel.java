package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmDirtyLog;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmUserspaceMemoryRegion;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Lock;

/**
 * A virtual machine: its memory slots, its vCPUs, and what it was allowed. It lives until its own
 * descriptor and those of its vCPUs are closed: a vCPU goes on running while nobody can reach its
 * VM any more.
 *
 * <p>Source: the kernel's documentation of the KVM API, VM ioctls.
 */
final class VirtualMachineModel implements OpenFile {
  /** KVM_CAP_MAX_VCPUS. */
  static final int MAX_VCPUS = 1024;

  /** KVM_CAP_MAX_VCPU_ID: ids are 0 to this number less one. */
  static final int VCPU_IDS = 4096;

  /** The hypercalls that KVM_CAP_EXIT_HYPERCALL can bounce to the VMM. */
  static final int EXIT_HYPERCALL_MASK = 1 << Hypercall.MAP_GPA_RANGE;

  /** Where the three pages of the TSS must start at the latest, to end below 4 GiB. */
  private static final long HIGHEST_TSS_ADDRESS = 0xFFFF_D000L;

  private final ModelMachine machine;
  private final int fd;
  private final MemorySlots slots = new MemorySlots();
  private final Set<Long> vcpuIds = new HashSet<>();
  private volatile long hypercallExits;

  VirtualMachineModel(ModelMachine machine, int fd) {
    this.machine = machine;
    this.fd = fd;
  }

  MemorySlots slots() {
    return slots;
  }

  /** The ASID of this VM's private accesses; 0 while it is not encrypted. */
  int asid() {
    return machine.contexts().asid(fd);
  }

  /** True if the VMM wants to see this hypercall. */
  boolean exitsOnHypercall(int number) {
    return (hypercallExits & (1L << number)) != 0;
  }

  @Override
  public int ioctl(int request, long argument) {
    return switch (request) {
      case KvmIoctl.CHECK_EXTENSION -> KvmDevice.checkExtension(argument);
      case KvmIoctl.CREATE_VCPU -> createVcpu(argument);
      case KvmIoctl.SET_TSS_ADDR ->
          Long.compareUnsigned(argument, HIGHEST_TSS_ADDRESS) <= 0 ? 0 : Errno.EINVAL.negated();
      case KvmIoctl.SET_USER_MEMORY_REGION -> setUserMemoryRegion(argument);
      case KvmIoctl.GET_DIRTY_LOG -> getDirtyLog(argument);
      case KvmIoctl.ENABLE_CAP -> enableCap(argument);
      default -> Errno.ENOTTY.negated();
    };
  }

  private int createVcpu(long id) {
    if (id < 0 || id >= VCPU_IDS) {
      return Errno.EINVAL.negated();
    }
    synchronized (vcpuIds) {
      if (vcpuIds.size() == MAX_VCPUS) {
        return Errno.EINVAL.negated();
      }
      if (vcpuIds.contains(id)) {
        return Errno.EEXIST.negated();
      }
      RunPage runPage = RunPage.allocate();
      if (runPage == null) {
        return Errno.ENOMEM.negated();
      }
      int vcpu = machine.descriptors().open(_ -> new VcpuModel(machine, this, runPage));
      if (vcpu >= 0) {
        vcpuIds.add(id);
      }
      return vcpu;
    }
  }

  private int setUserMemoryRegion(long address) {
    MemorySegment struct = machine.caller().copyIn(address, KvmUserspaceMemoryRegion.LAYOUT.size());
    return struct == null
        ? Errno.EFAULT.negated()
        : slots.set(KvmUserspaceMemoryRegion.read(struct));
  }

  private int getDirtyLog(long address) {
    CallerMemory caller = machine.caller();
    MemorySegment struct = caller.copyIn(address, KvmDirtyLog.LAYOUT.size());
    if (struct == null) {
      return Errno.EFAULT.negated();
    }
    KvmDirtyLog request = KvmDirtyLog.read(struct);
    if (!MemorySlots.isSlotNumber(request.slot())) {
      return Errno.EINVAL.negated();
    }
    Lock access = slots.accessLock();
    access.lock();
    try {
      MemorySlot slot = slots.byId(request.slot());
      DirtyBitmap log = slot == null ? null : slot.dirty();
      if (log == null) {
        return Errno.ENOENT.negated();
      }
      long[] fetched = log.fetchAndClear();
      int result = caller.copyOut(request.dirtyBitmap(), MemorySegment.ofArray(fetched));
      if (result != 0) {
        log.restore(fetched);
      }
      return result;
    } finally {
      access.unlock();
    }
  }

  private int enableCap(long address) {
    MemorySegment struct = machine.caller().copyIn(address, KvmEnableCap.LAYOUT.size());
    if (struct == null) {
      return Errno.EFAULT.negated();
    }
    KvmEnableCap request = KvmEnableCap.read(struct);
    long mask = ByteBuffer.wrap(request.args()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (request.flags() != 0
        || request.cap() != KvmCapability.EXIT_HYPERCALL
        || (mask & ~EXIT_HYPERCALL_MASK) != 0) {
      return Errno.EINVAL.negated();
    }
    hypercallExits = mask;
    return 0;
  }
}
