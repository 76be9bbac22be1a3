package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A virtual CPU. Its ioctls are served one after the other: those of other threads wait for a
 * KVM_RUN to come back, as on Linux.
 *
 * <p>Where Linux runs a guest on after its vCPU's descriptor was closed, until the call comes back
 * of itself, the model ends the call with {@code -EINTR}.
 *
 * <p>Source: the kernel's documentation of the KVM API, vCPU ioctls.
 */
final class VcpuModel implements OpenFile {
  /** KVM_MP_STATE_RUNNABLE, the only state without an interrupt controller in the kernel. */
  private static final int RUNNABLE = 0;

  private static final Field.U32 MP_STATE = new Field.U32("mp_state", 0);

  private static final int SIGNAL_MASK_HEADER_SIZE = 4;
  private static final int SIGNAL_SET_SIZE = 8;
  private static final Field.U32 SIGNAL_MASK_LEN = new Field.U32("len", 0);
  private static final Field.U64 SIGNAL_SET = new Field.U64("sigset", 0);

  private final ModelMachine machine;
  private final Lock lock = new ReentrantLock();
  private final VcpuRegisters registers = new VcpuRegisters();
  private final Map<VcpuBlob, byte[]> blobs = new EnumMap<>(VcpuBlob.class);
  private final ModelSpecificRegisters msrs = new ModelSpecificRegisters();
  private final CpuidTable cpuid = new CpuidTable();
  private final RunPage runPage;
  private final GuestExecution execution;

  /** The signals blocked during KVM_RUN, instead of the thread's own; null for those. */
  private @Nullable Long signalMask;

  private volatile boolean closed;

  VcpuModel(ModelMachine machine, VirtualMachineModel vm, RunPage runPage) {
    this.machine = machine;
    this.runPage = runPage;
    this.execution = new GuestExecution(machine, vm, registers, msrs, cpuid, this::mode, runPage);
    for (VcpuBlob blob : VcpuBlob.values()) {
      blobs.put(blob, ResetState.of(blob));
    }
  }

  @Override
  public MapResult mmap(long length, int flags, long offset) {
    boolean shared = (flags & MapFlags.MAP_SHARED) != 0;
    if (!shared || offset < 0 || offset > RunPage.SIZE - length) {
      return new MapResult.Refused(Errno.EINVAL);
    }
    return new MapResult.Mapped(runPage.pages().asSlice(offset, length));
  }

  @Override
  public void release() {
    closed = true;
  }

  @Override
  public int ioctl(int request, long argument) {
    lock.lock();
    try {
      return switch (request) {
        case KvmIoctl.RUN -> argument == 0 ? run() : Errno.EINVAL.negated();
        case KvmIoctl.SET_SIGNAL_MASK -> setSignalMask(argument);
        case KvmIoctl.GET_MSRS -> msrs.get(machine.caller(), argument);
        case KvmIoctl.SET_MSRS -> msrs.set(machine.caller(), argument);
        case KvmIoctl.GET_CPUID2 -> cpuid.get(machine.caller(), argument);
        case KvmIoctl.SET_CPUID2 -> cpuid.set(machine.caller(), argument);
        default -> exchangeBlob(request, argument);
      };
    } finally {
      lock.unlock();
    }
  }

  private ProcessorMode mode() {
    return ProcessorMode.of(MemorySegment.ofArray(blobs.get(VcpuBlob.SREGS)));
  }

  private int run() {
    cpuid.fix();
    execution.completeExit();
    if (runPage.immediateExit()) {
      return Errno.EINTR.negated();
    }
    SignalQueue signals = machine.signals().ofCurrentThread();
    Long ofVcpu = signalMask;
    long mask = ofVcpu == null ? signals.blocked() : ofVcpu;
    execution.enter();
    while (!closed) {
      if (signals.isInterruptedUnder(mask)) {
        runPage.exit(KvmExit.INTR);
        return Errno.EINTR.negated();
      }
      int result = execution.step();
      if (result != GuestExecution.GOES_ON) {
        return result;
      }
    }
    return Errno.EINTR.negated();
  }

  private int setSignalMask(long address) {
    if (address == 0) {
      signalMask = null;
      return 0;
    }
    MemorySegment header = machine.caller().copyIn(address, SIGNAL_MASK_HEADER_SIZE);
    if (header == null) {
      return Errno.EFAULT.negated();
    }
    if (SIGNAL_MASK_LEN.get(header) != SIGNAL_SET_SIZE) {
      return Errno.EINVAL.negated();
    }
    MemorySegment set = machine.caller().copyIn(address + SIGNAL_MASK_HEADER_SIZE, SIGNAL_SET_SIZE);
    if (set == null) {
      return Errno.EFAULT.negated();
    }
    signalMask = SignalQueue.blockable(SIGNAL_SET.get(set));
    return 0;
  }

  private int exchangeBlob(int request, long address) {
    for (VcpuBlob blob : VcpuBlob.values()) {
      if (request == blob.getRequest()) {
        return machine.caller().copyOut(address, bytesOf(blob));
      }
      if (request == blob.setRequest()) {
        MemorySegment struct = machine.caller().copyIn(address, blob.size());
        return struct == null ? Errno.EFAULT.negated() : set(blob, struct);
      }
    }
    return Errno.EINVAL.negated();
  }

  private MemorySegment bytesOf(VcpuBlob blob) {
    MemorySegment bytes = MemorySegment.ofArray(blobs.get(blob));
    if (blob == VcpuBlob.REGS) {
      registers.copyTo(bytes);
    }
    return bytes;
  }

  private int set(VcpuBlob blob, MemorySegment struct) {
    if (blob == VcpuBlob.MP_STATE && MP_STATE.get(struct) != RUNNABLE) {
      return Errno.EINVAL.negated();
    }
    if (blob == VcpuBlob.REGS) {
      registers.copyFrom(struct);
    }
    MemorySegment.ofArray(blobs.get(blob)).copyFrom(struct);
    return 0;
  }
}
