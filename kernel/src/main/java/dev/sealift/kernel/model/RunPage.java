package dev.sealift.kernel.model;

import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmRun;
import dev.sealift.abi.layout.Field;
import dev.sealift.kernel.MemorySource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The pages that the VMM maps from a vCPU's descriptor: struct kvm_run, the data of port accesses,
 * and a third page, as on x86, for a ring that the model leaves alone. What the VMM writes there is
 * read only where KVM reads it.
 */
final class RunPage {
  /** KVM_GET_VCPU_MMAP_SIZE. */
  static final int SIZE = 3 * Pages.SIZE;

  private static final long PORT_DATA_OFFSET = Pages.SIZE;
  private static final Field.U32 PORT_DATA = new Field.U32("port data", (int) PORT_DATA_OFFSET);
  private static final int PORT_ACCESS_SIZE = Integer.BYTES;
  private static final int HYPERCALL_ARGUMENTS = 6;

  /** VMEXIT_INVALID. */
  private static final long INVALID_STATE = -1;

  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

  private final MemorySegment pages;

  private RunPage(MemorySegment pages) {
    this.pages = pages;
  }

  /** Zeroed pages; null if there is no memory for them. */
  static @Nullable RunPage allocate(MemorySource source) {
    try {
      // Lives for as long as the vCPU or a mapping of the VMM's holds it.
      return new RunPage(source.allocate(SIZE, Arena.ofAuto()));
    } catch (OutOfMemoryError e) {
      return null;
    }
  }

  MemorySegment pages() {
    return pages;
  }

  /** Set by the VMM from any thread. */
  boolean immediateExit() {
    return (byte) BYTE.getVolatile(pages, (long) KvmRun.IMMEDIATE_EXIT.offset()) != 0;
  }

  /** An exit that says nothing but why; {@link KvmExit}. */
  void exit(int reason) {
    KvmRun.EXIT_REASON.set(pages, reason);
  }

  /** The CPU did not enter the guest, for its state in memory is invalid. */
  void exitForFailedEntry() {
    KvmRun.ENTRY_FAILURE_REASON.set(pages, INVALID_STATE);
    KvmRun.ENTRY_FAILURE_CPU.set(pages, 0);
    exit(KvmExit.FAIL_ENTRY);
  }

  void exitForPortWrite(GuestStep.PortWrite write) {
    PORT_DATA.set(pages, write.value());
    exitForPort(KvmRun.IO_OUT, write.port());
  }

  void exitForPortRead(GuestStep.PortRead read) {
    PORT_DATA.set(pages, 0);
    exitForPort(KvmRun.IO_IN, read.port());
  }

  private void exitForPort(int direction, int port) {
    KvmRun.IO_DIRECTION.set(pages, direction);
    KvmRun.IO_SIZE.set(pages, PORT_ACCESS_SIZE);
    KvmRun.IO_PORT.set(pages, port);
    KvmRun.IO_COUNT.set(pages, 1);
    KvmRun.IO_DATA_OFFSET.set(pages, PORT_DATA_OFFSET);
    exit(KvmExit.IO);
  }

  /** What the VMM answered a port read, zero-extended as a 32-bit IN is. */
  long portData() {
    return PORT_DATA.getUnsigned(pages);
  }

  void exitForHypercall(GuestStep.Hypercall call, ProcessorMode mode) {
    KvmRun.HYPERCALL_NR.set(pages, call.number());
    long[] arguments = {call.a0(), call.a1(), call.a2()};
    for (int i = 0; i < HYPERCALL_ARGUMENTS; i++) {
      KvmRun.hypercallArgument(i).set(pages, i < arguments.length ? arguments[i] : 0);
    }
    KvmRun.HYPERCALL_RET.set(pages, 0);
    KvmRun.HYPERCALL_LONGMODE.set(pages, mode.is64Bit() ? 1 : 0);
    exit(KvmExit.HYPERCALL);
  }

  /** What the VMM answered a hypercall. */
  long hypercallResult() {
    return KvmRun.HYPERCALL_RET.get(pages);
  }

  /** An exit for an access to a model-specific register, {@link KvmExit#X86_RDMSR} or WRMSR. */
  void exitForMsr(int exitReason, int reason, int index, long data) {
    KvmRun.MSR_ERROR.set(pages, 0);
    KvmRun.MSR_REASON.set(pages, reason);
    KvmRun.MSR_INDEX.set(pages, index);
    KvmRun.MSR_DATA.set(pages, data);
    exit(exitReason);
  }

  /** Whether the VMM refused the access to the register. */
  boolean msrRefused() {
    return KvmRun.MSR_ERROR.get(pages) != 0;
  }

  /** What the VMM lets the guest read from the register. */
  long msrData() {
    return KvmRun.MSR_DATA.get(pages);
  }
}
