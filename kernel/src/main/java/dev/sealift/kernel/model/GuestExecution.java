package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmMsrFilterRange;
import dev.sealift.abi.kvm.KvmRun;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The execution of a guest in a vCPU: KVM_RUN from entry to exit. Guarded by the vCPU's lock.
 *
 * <p>Signals, the closing of the vCPU and changes of memory slots are looked at between steps: the
 * longest step of a program is the longest that any of them waits. A step is short, then, if it
 * does not wait for anything and does work that is limited by a constant of the program, such as
 * some thousand accesses.
 */
final class GuestExecution {
  /** The step led to no exit; unlike anything that KVM_RUN returns. */
  static final int GOES_ON = 1;

  /** What the next entry owes the guest before it goes on. */
  private enum Pending {
    NOTHING,
    PORT_DATA,
    HYPERCALL_RESULT,
    MSR_VALUE,
    MSR_WRITTEN
  }

  private final ModelMachine machine;
  private final VirtualMachineModel vm;
  private final VcpuRegisters registers;
  private final ModelSpecificRegisters msrs;
  private final Supplier<ProcessorMode> mode;
  private final RunPage runPage;
  private final GuestPhysicalMemory memory;
  private final VcpuMachine guest;
  private final byte[] signature = new byte[GuestProgram.SIGNATURE_SIZE];

  private Pending pending = Pending.NOTHING;

  /** The VMM refused what the guest did: it meets #GP when it goes on. */
  private boolean faulted;

  private @Nullable GuestProgram program;
  private long programPage;
  private int programAsid;

  /**
   * @param mode asked only where it matters
   */
  GuestExecution(
      ModelMachine machine,
      VirtualMachineModel vm,
      VcpuRegisters registers,
      ModelSpecificRegisters msrs,
      CpuidTable cpuid,
      Supplier<ProcessorMode> mode,
      RunPage runPage) {
    this.machine = machine;
    this.vm = vm;
    this.registers = registers;
    this.msrs = msrs;
    this.mode = mode;
    this.runPage = runPage;
    this.memory = new GuestPhysicalMemory(vm.slots(), machine.user(), machine.controller());
    this.guest = new VcpuMachine(registers, cpuid, memory);
  }

  /** Gives the guest what the VMM answered to the last exit. */
  void completeExit() {
    switch (pending) {
      case NOTHING -> {}
      case PORT_DATA -> registers.set(VcpuRegisters.RAX, runPage.portData());
      case HYPERCALL_RESULT -> answerHypercall(runPage.hypercallResult());
      case MSR_VALUE -> {
        faulted = runPage.msrRefused();
        if (!faulted) {
          registers.setMsrValue(runPage.msrData());
        }
      }
      case MSR_WRITTEN -> faulted = runPage.msrRefused();
    }
    pending = Pending.NOTHING;
  }

  /** Fetches anew when the guest next goes on: others may have written its memory meanwhile. */
  void enter() {
    program = null;
  }

  /**
   * Does one step of the guest. Returns {@link #GOES_ON} if it can, and else what KVM_RUN returns:
   * 0 with an exit on the run page, or {@code -EFAULT} if the VMM has no memory behind a slot.
   */
  int step() {
    if (faulted) {
      faulted = false;
      return exit(KvmExit.SHUTDOWN);
    }
    GuestStep step;
    Lock access = vm.slots().accessLock();
    access.lock();
    try {
      int asid = vm.asid();
      memory.beginStep(asid);
      step = Objects.requireNonNull(fetch(asid).step(guest));
    } catch (RuntimeException | StackOverflowError fault) {
      // A guest's fault is a triple fault, whatever its program makes of it.
      return memory.isUnbacked() ? Errno.EFAULT.negated() : exit(KvmExit.SHUTDOWN);
    } finally {
      access.unlock();
    }
    return switch (step) {
      case GuestStep.Ran() -> GOES_ON;
      case GuestStep.Halted() -> exit(KvmExit.HLT);
      case GuestStep.PortWrite write -> {
        runPage.exitForPortWrite(write);
        yield 0;
      }
      case GuestStep.PortRead read -> {
        runPage.exitForPortRead(read);
        pending = Pending.PORT_DATA;
        yield 0;
      }
      case GuestStep.Hypercall call -> hypercall(call);
      case GuestStep.MsrRead(int index) -> readMsr(index);
      case GuestStep.MsrWrite(int index, long value) -> writeMsr(index, value);
    };
  }

  private GuestProgram fetch(int asid) {
    long page = Pages.base(registers.get(VcpuRegisters.RIP));
    GuestProgram fetched = program;
    // A guest that lost its key must not go on and store in the clear what it holds in registers.
    if (fetched == null || page != programPage || asid != programAsid) {
      memory.load(page, signature, 0, signature.length, true);
      fetched = machine.programs().find(signature);
      if (fetched == null) {
        throw new IllegalStateException("no program stands at the instruction pointer");
      }
      program = fetched;
      programPage = page;
      programAsid = asid;
    }
    return fetched;
  }

  /** The checks of KVM_HC_MAP_GPA_RANGE, in KVM's order. */
  private int hypercall(GuestStep.Hypercall asked) {
    ProcessorMode now = mode.get();
    var call =
        new GuestStep.Hypercall(
            now.truncate(asked.number()),
            now.truncate(asked.a0()),
            now.truncate(asked.a1()),
            now.truncate(asked.a2()));
    long firstGfn = call.a0() >>> Pages.SHIFT;
    boolean emptyOrWraps = Long.compareUnsigned(firstGfn + call.a1(), firstGfn) <= 0;
    if (now.privilegeLevel() != 0) {
      return answerHypercall(-Hypercall.KVM_EPERM);
    }
    if (call.number() != Hypercall.MAP_GPA_RANGE || !vm.exitsOnHypercall(Hypercall.MAP_GPA_RANGE)) {
      return answerHypercall(-Hypercall.KVM_ENOSYS);
    }
    if (Pages.offset(call.a0()) != 0 || emptyOrWraps) {
      return answerHypercall(-Hypercall.KVM_EINVAL);
    }
    runPage.exitForHypercall(call, now);
    pending = Pending.HYPERCALL_RESULT;
    return 0;
  }

  private int answerHypercall(long result) {
    registers.set(VcpuRegisters.RAX, mode.get().truncate(result));
    return GOES_ON;
  }

  private int readMsr(int index) {
    if (mode.get().privilegeLevel() != 0) {
      return exit(KvmExit.SHUTDOWN);
    }
    if (vm.msrFilter().denies(index, KvmMsrFilterRange.READ)) {
      return bounceMsrRead(KvmRun.MSR_EXIT_REASON_FILTER, index);
    }
    OptionalLong value = msrs.read(index);
    if (value.isEmpty()) {
      return bounceMsrRead(KvmRun.MSR_EXIT_REASON_UNKNOWN, index);
    }
    registers.setMsrValue(value.getAsLong());
    return GOES_ON;
  }

  private int bounceMsrRead(int reason, int index) {
    return bounceMsr(KvmExit.X86_RDMSR, reason, index, 0, Pending.MSR_VALUE);
  }

  private int writeMsr(int index, long value) {
    if (mode.get().privilegeLevel() != 0) {
      return exit(KvmExit.SHUTDOWN);
    }
    if (vm.msrFilter().denies(index, KvmMsrFilterRange.WRITE)) {
      return bounceMsrWrite(KvmRun.MSR_EXIT_REASON_FILTER, index, value);
    }
    return msrs.write(index, value)
        ? GOES_ON
        : bounceMsrWrite(KvmRun.MSR_EXIT_REASON_UNKNOWN, index, value);
  }

  private int bounceMsrWrite(int reason, int index, long value) {
    return bounceMsr(KvmExit.X86_WRMSR, reason, index, value, Pending.MSR_WRITTEN);
  }

  /** An access that KVM does not serve: the VMM may, if it wants to; else the guest meets #GP. */
  private int bounceMsr(int exitReason, int reason, int index, long data, Pending owed) {
    if (!vm.exitsOnMsr(reason)) {
      return exit(KvmExit.SHUTDOWN);
    }
    runPage.exitForMsr(exitReason, reason, index, data);
    pending = owed;
    return 0;
  }

  private int exit(int reason) {
    runPage.exit(reason);
    return 0;
  }
}
