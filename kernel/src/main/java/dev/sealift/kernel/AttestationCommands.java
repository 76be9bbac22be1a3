package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/** KVM_SEV_GET_ATTESTATION_REPORT: what the firmware measured, signed by the platform. */
final class AttestationCommands {
  private static final Field.U32 LEN = (Field.U32) KvmSevAttestationReport.LAYOUT.field("len");

  private final SevModule module;

  AttestationCommands(SevModule module) {
    this.module = module;
  }

  int report(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevAttestationReport.LAYOUT);
    KvmSevAttestationReport parameters = KvmSevAttestationReport.read(struct);
    boolean query = parameters.len() == 0;
    if (query || parameters.uaddr() == 0) {
      // Without room for a report the firmware sees nothing but the handle, not even the nonce.
      new AttestationBuffer(vm.handle(), 0, new byte[16], 0).write(vm.firmwareParameters());
      int result = vm.issue(PspCommand.ATTESTATION, AttestationBuffer.LAYOUT);
      if (result == 0 || query) {
        writeLengthBack(vm, call, struct);
      }
      return result;
    }
    if (parameters.len() > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new Refusal(Errno.EINVAL);
    }
    try (KernelBuffer report = module.memory().allocate(parameters.len())) {
      new AttestationBuffer(
              vm.handle(),
              module.features().hostAddress(report.address()),
              parameters.mnonce(),
              parameters.len())
          .write(vm.firmwareParameters());
      int result = vm.issue(PspCommand.ATTESTATION, AttestationBuffer.LAYOUT);
      if (result != 0) {
        return result;
      }
      boolean copied = module.user().write(parameters.uaddr(), report.bytes());
      writeLengthBack(vm, call, struct);
      return copied ? 0 : Errno.EFAULT.negated();
    }
  }

  private static void writeLengthBack(SevVirtualMachine vm, SevCall call, MemorySegment struct)
      throws Refusal {
    LEN.setUnsigned(struct, AttestationBuffer.read(vm.firmwareParameters()).len());
    call.copyParametersOut(struct);
  }
}
