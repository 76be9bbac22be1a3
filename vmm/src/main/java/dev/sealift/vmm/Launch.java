package dev.sealift.vmm;

import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A guest that is being launched: its first memory is encrypted and measured. */
public final class Launch {
  private final SevGuest guest;

  Launch(SevGuest guest) {
    this.guest = guest;
  }

  /**
   * LAUNCH_UPDATE_DATA: encrypts memory in place and adds it to the measurement.
   *
   * @param guestAddress guest physical address, a multiple of 16
   * @param length bytes, a multiple of 16
   */
  public void updateData(long guestAddress, long length) throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment params = call.take(KvmSevLaunchUpdateData.LAYOUT.size());
      new KvmSevLaunchUpdateData(guest.memory().userAddress(guestAddress, length), length)
          .write(params);
      guest.issue(
          call, SevCommand.LAUNCH_UPDATE_DATA, "memory at 0x%x".formatted(guestAddress), params);
    }
  }

  /**
   * LAUNCH_UPDATE_VMSA: encrypts the registers of the vCPU and adds them to the measurement. From
   * then on nobody reads or sets them. For guests with SEV-ES.
   */
  public void updateVmsa() throws VmmException {
    guest.issue(SevCommand.LAUNCH_UPDATE_VMSA);
  }

  /** LAUNCH_MEASURE: ends the measurement. */
  public Measured measure() throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment measurement = call.take(SevLimits.MEASUREMENT);
      MemorySegment params = call.take(KvmSevLaunchMeasure.LAYOUT.size());
      new KvmSevLaunchMeasure(measurement.address(), measurement.byteSize()).write(params);
      guest.issue(call, SevCommand.LAUNCH_MEASURE, "the guest", params);
      return new Measured(guest, measurement.toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
