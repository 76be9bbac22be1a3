package dev.sealift.vmm;

import dev.sealift.abi.MapFlags;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** The memory that KVM and the VMM share for a vCPU ({@link KvmRun}). */
final class RunArea {
  private final Host host;
  private final MemorySegment area;

  RunArea(Host host, MemorySegment area) {
    this.host = host;
    this.area = area;
  }

  static RunArea map(Host host, Descriptor vcpu, int size) throws VmmException {
    return switch (host.calls()
        .mmap(size, MapFlags.PROT_READ | MapFlags.PROT_WRITE, MapFlags.MAP_SHARED, vcpu.fd(), 0)) {
      case MapResult.Mapped(MemorySegment memory) -> new RunArea(host, memory);
      case MapResult.Refused(var errno) -> throw VmmException.ofCall("mmap", vcpu.name(), errno);
    };
  }

  /** All of it. */
  MemorySegment area() {
    return area;
  }

  /**
   * Says that the last exit was served: what stands here from now on until KVM_RUN comes back is
   * none. KVM does not read its own reason, and completes an exit with what was answered.
   */
  void markServed() {
    // Not before the answer, whenever this process is killed.
    VarHandle.releaseFence();
    KvmRun.EXIT_REASON.set(area, KvmExit.UNKNOWN);
    VarHandle.releaseFence();
  }

  /** Whether KVM_RUN came back with an exit that was not served to the end. */
  boolean holdsExit() {
    int reason = KvmRun.EXIT_REASON.get(area);
    return reason != KvmExit.UNKNOWN && reason != KvmExit.INTR;
  }

  /** Whether the next KVM_RUN only completes the last exit. */
  void setImmediateExit(boolean immediate) {
    KvmRun.IMMEDIATE_EXIT.set(area, immediate ? 1 : 0);
  }

  VcpuExit exit() {
    int reason = KvmRun.EXIT_REASON.get(area);
    return switch (reason) {
      case KvmExit.IO -> portExit();
      case KvmExit.HYPERCALL ->
          new VcpuExit.Hypercall(
              KvmRun.HYPERCALL_NR.get(area),
              KvmRun.hypercallArgument(0).get(area),
              KvmRun.hypercallArgument(1).get(area),
              KvmRun.hypercallArgument(2).get(area));
      case KvmExit.X86_RDMSR -> new VcpuExit.MsrRead(KvmRun.MSR_INDEX.get(area));
      case KvmExit.X86_WRMSR ->
          new VcpuExit.MsrWrite(KvmRun.MSR_INDEX.get(area), KvmRun.MSR_DATA.get(area));
      case KvmExit.INTR -> new VcpuExit.Interrupted();
      case KvmExit.HLT -> new VcpuExit.Fatal("it halted");
      case KvmExit.MMIO -> new VcpuExit.Fatal("it touched an address that is no memory");
      case KvmExit.SHUTDOWN -> new VcpuExit.Fatal("it met a triple fault");
      case KvmExit.FAIL_ENTRY -> new VcpuExit.Fatal("the processor refused to enter it");
      case KvmExit.INTERNAL_ERROR -> new VcpuExit.Fatal("KVM met an instruction it cannot emulate");
      default ->
          new VcpuExit.Fatal("it left KVM_RUN for reason " + Integer.toUnsignedString(reason));
    };
  }

  private VcpuExit portExit() {
    int size = KvmRun.IO_SIZE.get(area);
    long count = KvmRun.IO_COUNT.getUnsigned(area);
    long offset = KvmRun.IO_DATA_OFFSET.get(area);
    boolean sane = size == 1 || size == 2 || size == 4;
    if (!sane || offset < 0 || count * size > area.byteSize() - offset) {
      return new VcpuExit.Fatal("KVM described port data outside its own memory");
    }
    return new VcpuExit.Port(
        KvmRun.IO_PORT.get(area),
        KvmRun.IO_DIRECTION.get(area) == KvmRun.IO_IN,
        size,
        (int) count,
        offset);
  }

  /** What the guest wrote to a port, one of {@code count} values. */
  int portData(VcpuExit.Port port, int index) {
    long at = port.dataOffset() + (long) index * port.size();
    return switch (port.size()) {
      case 1 -> Byte.toUnsignedInt(area.get(ValueLayout.JAVA_BYTE, at));
      case 2 -> Short.toUnsignedInt(area.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
      default -> area.get(ValueLayout.JAVA_INT_UNALIGNED, at);
    };
  }

  /** What the guest reads from a port. */
  void setPortData(VcpuExit.Port port, int index, int value) {
    long at = port.dataOffset() + (long) index * port.size();
    switch (port.size()) {
      case 1 -> area.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      case 2 -> area.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) value);
      default -> area.set(ValueLayout.JAVA_INT_UNALIGNED, at, value);
    }
  }

  /** The answer to a hypercall. */
  void setHypercallResult(long result) {
    KvmRun.HYPERCALL_RET.set(area, result);
  }

  /** What the guest reads from a model-specific register. */
  void setMsrData(long value) {
    KvmRun.MSR_ERROR.set(area, 0);
    KvmRun.MSR_DATA.set(area, value);
  }

  /** Whether an access to a model-specific register is refused: the guest meets #GP. */
  void setMsrError(boolean refused) {
    KvmRun.MSR_ERROR.set(area, refused ? 1 : 0);
  }

  void unmap() {
    host.calls().munmap(area);
  }
}
