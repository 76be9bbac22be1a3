package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import java.lang.foreign.MemorySegment;

/** KVM_SEV_RECEIVE_*: a guest arrives on this host, page by page. */
final class ReceiveCommands {
  private static final Field.U32 HANDLE = (Field.U32) KvmSevReceiveStart.LAYOUT.field("handle");

  private final SevModule module;
  private final UserMemory user;
  private final EncryptionFeatures features;
  private final GuestStart guestStart;
  private final PacketCommand openData;

  ReceiveCommands(SevModule module) {
    this.module = module;
    this.user = module.user();
    this.features = module.features();
    this.guestStart = new GuestStart(module);
    this.openData = PacketCommand.opening(module, PspCommand.RECEIVE_UPDATE_DATA);
  }

  int start(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevReceiveStart.LAYOUT);
    KvmSevReceiveStart parameters = KvmSevReceiveStart.read(struct);
    try (KernelBuffer pdh = copyOf(parameters.pdhUaddr(), parameters.pdhLen());
        KernelBuffer session = copyOf(parameters.sessionUaddr(), parameters.sessionLen())) {
      new ReceiveStartBuffer(
              parameters.handle(),
              parameters.policy(),
              features.hostAddress(pdh.address()),
              parameters.pdhLen(),
              features.hostAddress(session.address()),
              parameters.sessionLen())
          .write(vm.firmwareParameters());
      int result = vm.issue(PspCommand.RECEIVE_START, ReceiveStartBuffer.LAYOUT, call.sevFd());
      if (result != 0) {
        return result;
      }
    }
    int handle = ReceiveStartBuffer.read(vm.firmwareParameters()).handle();
    return guestStart.bind(vm, call, handle, struct, HANDLE);
  }

  /** Opens a packet into guest memory. Of all commands this one calls a plain VM invalid. */
  int updateData(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.EINVAL);
    KvmSevReceiveUpdateData parameters =
        KvmSevReceiveUpdateData.read(call.copyParametersIn(KvmSevReceiveUpdateData.LAYOUT));
    return open(vm, PacketParameters.of(parameters));
  }

  private int open(SevVirtualMachine vm, PacketParameters parameters) throws Refusal {
    if (parameters.invalid()) {
      throw new Refusal(Errno.EINVAL);
    }
    KernelBuffer header = vm.header().copyOf(user, parameters.hdrUaddr(), parameters.hdrLen());
    KernelBuffer transport =
        vm.transport().copyOf(user, parameters.transUaddr(), parameters.transLen());
    long pages = openData.pin(vm, parameters.guestUaddr());
    try {
      return openData.issue(vm, parameters, header.address(), transport.address());
    } finally {
      vm.pinnedPages().unpin(pages);
    }
  }

  int finish(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    new HandleBuffer(vm.handle()).write(vm.firmwareParameters());
    return vm.issue(PspCommand.RECEIVE_FINISH, HandleBuffer.LAYOUT);
  }

  private KernelBuffer copyOf(long address, long length) throws Refusal {
    return module.memory().copyOf(user, address, length);
  }
}
