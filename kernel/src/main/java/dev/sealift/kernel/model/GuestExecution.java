package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmExit;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
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
    HYPERCALL_RESULT
  }

  private final ModelMachine machine;
  private final VirtualMachineModel vm;
  private final VcpuRegisters registers;
  private final RunPage runPage;
  private final GuestPhysicalMemory memory;
  private final VcpuMachine guest;
  private final byte[] signature = new byte[GuestProgram.SIGNATURE_SIZE];

  private Pending pending = Pending.NOTHING;
  private @Nullable GuestProgram program;
  private long programPage;
  private int programAsid;

  GuestExecution(
      ModelMachine machine, VirtualMachineModel vm, VcpuRegisters registers, RunPage runPage) {
    this.machine = machine;
    this.vm = vm;
    this.registers = registers;
    this.runPage = runPage;
    this.memory = new GuestPhysicalMemory(vm.slots(), machine.user(), machine.controller());
    this.guest = new VcpuMachine(registers, memory);
  }

  /** Gives the guest what the VMM answered to the last exit. */
  void completeExit() {
    switch (pending) {
      case NOTHING -> {}
      case PORT_DATA -> registers.set(VcpuRegisters.RAX, runPage.portData());
      case HYPERCALL_RESULT -> registers.set(VcpuRegisters.RAX, runPage.hypercallResult());
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

  /** The checks of KVM_HC_MAP_GPA_RANGE; the model's guests are always at privilege level 0. */
  private int hypercall(GuestStep.Hypercall call) {
    if (call.number() != Hypercall.MAP_GPA_RANGE || !vm.exitsOnHypercall(Hypercall.MAP_GPA_RANGE)) {
      registers.set(VcpuRegisters.RAX, -Hypercall.KVM_ENOSYS);
      return GOES_ON;
    }
    long firstGfn = call.a0() >>> Pages.SHIFT;
    long pages = call.a1();
    boolean emptyOrWraps = Long.compareUnsigned(firstGfn + pages, firstGfn) <= 0;
    if (Pages.offset(call.a0()) != 0 || emptyOrWraps) {
      registers.set(VcpuRegisters.RAX, -Hypercall.KVM_EINVAL);
      return GOES_ON;
    }
    runPage.exitForHypercall(call);
    pending = Pending.HYPERCALL_RESULT;
    return 0;
  }

  private int exit(int reason) {
    runPage.exit(reason);
    return 0;
  }
}
