package dev.sealift.vmm;

import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.ResetState;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.svm.LaunchVmsa;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/**
 * The registers of a vCPU as LAUNCH_UPDATE_VMSA measures them, told by somebody who trusts no host:
 * those of a processor after a reset, and what the VMM is to set in them.
 */
public final class LaunchedVcpu {
  private static final int PAT = 0x277;

  private LaunchedVcpu() {}

  /**
   * The VMSA of a vCPU that starts in 64-bit mode, as {@link Vcpu#enterLongMode} and {@link
   * Vcpu#setRegisters} make it start.
   *
   * @param pageTableRoot guest physical address of the PML4 table
   * @param descriptorTable guest physical address of the descriptor table
   * @param registers the general registers
   * @return 4096 bytes
   */
  public static byte[] inLongMode(long pageTableRoot, long descriptorTable, KvmRegs registers) {
    Map<VcpuBlob, byte[]> state = new EnumMap<>(VcpuBlob.class);
    for (VcpuBlob blob : VcpuBlob.values()) {
      byte[] bytes = ResetState.of(blob);
      MemorySegment struct = MemorySegment.ofArray(bytes);
      switch (blob) {
        case REGS -> registers.write(struct);
        case SREGS -> LongMode.enter(struct, pageTableRoot, descriptorTable);
        default -> {}
      }
      state.put(blob, bytes);
    }
    return LaunchVmsa.of(state, Map.of(PAT, ResetState.PAT));
  }
}
