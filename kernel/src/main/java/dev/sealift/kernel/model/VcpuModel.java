package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.ResetState;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.layout.Field;
import dev.sealift.kernel.EncryptionContexts;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
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

  /** The parts of the state that the CPU keeps in a VMSA. */
  private static final Set<VcpuBlob> IN_VMSA =
      EnumSet.of(VcpuBlob.REGS, VcpuBlob.SREGS, VcpuBlob.XSAVE, VcpuBlob.XCRS, VcpuBlob.DEBUGREGS);

  private final ModelMachine machine;
  private final Lock lock = new ReentrantLock();
  private final VcpuRegisters registers = new VcpuRegisters();
  private final Map<VcpuBlob, byte[]> blobs = new EnumMap<>(VcpuBlob.class);
  private final ModelSpecificRegisters msrs = new ModelSpecificRegisters();
  private final CpuidTable cpuid = new CpuidTable();
  private final VirtualMachineModel vm;
  private final int fd;
  private final RunPage runPage;
  private final EncryptedRegisters encryptedRegisters;
  private final GuestExecution execution;

  /** The signals blocked during KVM_RUN, instead of the thread's own; null for those. */
  private @Nullable Long signalMask;

  private volatile boolean closed;

  VcpuModel(ModelMachine machine, VirtualMachineModel vm, int fd, RunPage runPage) {
    this.machine = machine;
    this.vm = vm;
    this.fd = fd;
    this.encryptedRegisters = new EncryptedRegisters(machine.worldSwitch(), registers, msrs);
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
    ProcessorMode encrypted = encryptedRegisters.mode();
    return encrypted == null
        ? ProcessorMode.of(MemorySegment.ofArray(blobs.get(VcpuBlob.SREGS)))
        : encrypted;
  }

  private int run() {
    long vmsa = machine.contexts().vmsa(fd);
    if (vmsa == EncryptionContexts.NO_VMSA) {
      return runLoaded();
    }
    int asid = vm.asid();
    if (!encryptedRegisters.enter(asid, vmsa)) {
      runPage.exitForFailedEntry();
      return 0;
    }
    forgetState();
    int result = runLoaded();
    if (!encryptedRegisters.leave(asid, vmsa)) {
      runPage.exit(KvmExit.SHUTDOWN);
      return 0;
    }
    return result;
  }

  /** What was set before the registers were encrypted is in the VMSA, and nowhere else. */
  private void forgetState() {
    for (VcpuBlob blob : IN_VMSA) {
      Arrays.fill(blobs.get(blob), (byte) 0);
    }
  }

  /** KVM_RUN with the registers where the program finds them. */
  private int runLoaded() {
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
