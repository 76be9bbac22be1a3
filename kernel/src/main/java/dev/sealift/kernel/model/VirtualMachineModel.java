package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmDirtyLog;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmRun;
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

  /** What KVM_CAP_X86_USER_SPACE_MSR can bounce to the VMM. */
  private static final long MSR_EXIT_REASONS =
      KvmRun.MSR_EXIT_REASON_INVAL | KvmRun.MSR_EXIT_REASON_UNKNOWN | KvmRun.MSR_EXIT_REASON_FILTER;

  /** Where the three pages of the TSS must start at the latest, to end below 4 GiB. */
  private static final long HIGHEST_TSS_ADDRESS = 0xFFFF_D000L;

  private final ModelMachine machine;
  private final int fd;
  private final MemorySlots slots = new MemorySlots();
  private final Set<Long> vcpuIds = new HashSet<>();
  private volatile long hypercallExits;
  private volatile long msrExits;
  private volatile MsrFilter msrFilter = MsrFilter.ALLOWS_ALL;

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

  /**
   * True if the VMM wants to see accesses to model-specific registers that fail for this reason.
   */
  boolean exitsOnMsr(int reason) {
    return (msrExits & reason) != 0;
  }

  MsrFilter msrFilter() {
    return msrFilter;
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
      case KvmIoctl.X86_SET_MSR_FILTER -> setMsrFilter(argument);
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
      RunPage runPage = RunPage.allocate(machine.memory());
      if (runPage == null) {
        return Errno.ENOMEM.negated();
      }
      int vcpu =
          machine.descriptors().open(vcpuFd -> new VcpuModel(machine, this, vcpuFd, runPage));
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
    boolean plain = request.flags() == 0;
    if (plain
        && request.cap() == KvmCapability.EXIT_HYPERCALL
        && (mask & ~EXIT_HYPERCALL_MASK) == 0) {
      hypercallExits = mask;
    } else if (plain
        && request.cap() == KvmCapability.X86_USER_SPACE_MSR
        && (mask & ~MSR_EXIT_REASONS) == 0) {
      msrExits = mask;
    } else {
      return Errno.EINVAL.negated();
    }
    return 0;
  }

  /** Replaces the filter; one that is refused leaves the old one in place. */
  private int setMsrFilter(long address) {
    return switch (MsrFilter.read(machine.caller(), address)) {
      case MsrFilter.Reading.Refused(Errno errno) -> errno.negated();
      case MsrFilter.Reading.Read(MsrFilter filter) -> {
        msrFilter = filter;
        yield 0;
      }
    };
  }
}
