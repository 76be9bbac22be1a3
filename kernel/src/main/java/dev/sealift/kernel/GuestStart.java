package dev.sealift.kernel;

import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;

/**
 * How LAUNCH_START and RECEIVE_START end: the guest that the firmware just made gets its address
 * space, and the caller its handle. Where one of the two fails the firmware keeps nothing of it,
 * for it has only so many guests to give.
 */
final class GuestStart {
  private final SevModule module;

  GuestStart(SevModule module) {
    this.module = module;
  }

  /**
   * Binds a new guest.
   *
   * @param handle the firmware's handle
   * @param parameters the caller's parameters, to be copied back with the handle
   */
  int bind(
      SevVirtualMachine vm,
      SevCall call,
      int handle,
      MemorySegment parameters,
      Field.U32 handleField)
      throws Refusal {
    int result = module.driver().activate(handle, vm.asid(), call.error());
    if (result != 0) {
      module.driver().decommission(handle);
      return result;
    }
    handleField.set(parameters, handle);
    try {
      call.copyParametersOut(parameters);
    } catch (Refusal badAddress) {
      module.driver().unbind(handle);
      throw badAddress;
    }
    vm.bind(handle, call.sevFd());
    return 0;
  }
}
