package dev.sealift.vmm;

import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** The state of a vCPU that is outside KVM_RUN, read and written through its descriptor. */
final class VcpuRegisters {
  private final Descriptor vcpu;
  private final CallMemory callMemory;

  VcpuRegisters(Descriptor vcpu, CallMemory callMemory) {
    this.vcpu = vcpu;
    this.callMemory = callMemory;
  }

  KvmRegs read() throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      return KvmRegs.read(get(call, VcpuBlob.REGS));
    }
  }

  void write(KvmRegs regs) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment struct = call.take(VcpuBlob.REGS.size());
      regs.write(struct);
      set(VcpuBlob.REGS, struct);
    }
  }

  /** 64-bit code in ring 0, paged (see {@link LongMode}). */
  void enterLongMode(long pageTableRoot, long descriptorTable) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment sregs = get(call, VcpuBlob.SREGS);
      LongMode.enter(sregs, pageTableRoot, descriptorTable);
      set(VcpuBlob.SREGS, sregs);
    }
  }

  VcpuState save() throws VmmException {
    return save(EnumSet.allOf(VcpuBlob.class));
  }

  /** What KVM keeps of a vCPU whose registers are encrypted; it leaves out the guest's own MSRs. */
  VcpuState saveBesideRegisters() throws VmmException {
    return save(VcpuState.BESIDE_REGISTERS);
  }

  private VcpuState save(Set<VcpuBlob> parts) throws VmmException {
    Map<VcpuBlob, byte[]> blobs = new EnumMap<>(VcpuBlob.class);
    for (VcpuBlob blob : parts) {
      try (CallMemory.Frame call = callMemory.frame()) {
        blobs.put(blob, get(call, blob).toArray(ValueLayout.JAVA_BYTE));
      }
    }
    try (CallMemory.Frame call = callMemory.frame()) {
      return new VcpuState(blobs, ModelSpecificRegisters.read(vcpu, call));
    }
  }

  /** In the order of {@link VcpuBlob}: segments and modes before what is checked against them. */
  void restore(VcpuState state) throws VmmException {
    for (VcpuBlob blob : state.blobs().keySet()) {
      try (CallMemory.Frame call = callMemory.frame()) {
        set(blob, call.copy(state.blob(blob)));
      }
    }
    try (CallMemory.Frame call = callMemory.frame()) {
      ModelSpecificRegisters.write(vcpu, call, state.msrs());
    }
  }

  private MemorySegment get(CallMemory.Frame call, VcpuBlob blob) throws VmmException {
    MemorySegment struct = call.take(blob.size());
    vcpu.ioctl("KVM_GET_" + blob, blob.getRequest(), struct.address());
    return struct;
  }

  private void set(VcpuBlob blob, MemorySegment struct) throws VmmException {
    vcpu.ioctl("KVM_SET_" + blob, blob.setRequest(), struct.address());
  }

  static KvmRegs withRax(KvmRegs regs, long rax) {
    return new KvmRegs(
        rax,
        regs.rbx(),
        regs.rcx(),
        regs.rdx(),
        regs.rsi(),
        regs.rdi(),
        regs.rsp(),
        regs.rbp(),
        regs.r8(),
        regs.r9(),
        regs.r10(),
        regs.r11(),
        regs.r12(),
        regs.r13(),
        regs.r14(),
        regs.r15(),
        regs.rip(),
        regs.rflags());
  }
}
