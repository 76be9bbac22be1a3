package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import java.lang.foreign.MemorySegment;

/** KVM_SEV_GUEST_STATUS: what the firmware knows of a guest. */
final class StatusCommands {
  int guestStatus(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    new GuestStatusBuffer(vm.handle(), 0, 0, 0).write(vm.firmwareParameters());
    int result = vm.issue(PspCommand.GUEST_STATUS, GuestStatusBuffer.LAYOUT);
    if (result != 0) {
      return result;
    }
    GuestStatusBuffer answer = GuestStatusBuffer.read(vm.firmwareParameters());
    MemorySegment struct = MemorySegment.ofArray(new byte[KvmSevGuestStatus.LAYOUT.size()]);
    new KvmSevGuestStatus(answer.handle(), answer.policy(), answer.state()).write(struct);
    call.copyParametersOut(struct);
    return 0;
  }
}
