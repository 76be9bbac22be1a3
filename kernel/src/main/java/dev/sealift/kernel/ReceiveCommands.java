package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;

/** KVM_SEV_RECEIVE_*: a guest arrives on this host, page by page. */
final class ReceiveCommands {
  private static final Field.U32 HANDLE = (Field.U32) KvmSevReceiveStart.LAYOUT.field("handle");

  private final SevModule module;
  private final UserMemory user;
  private final EncryptionFeatures features;
  private final GuestStart guestStart;

  ReceiveCommands(SevModule module) {
    this.module = module;
    this.user = module.user();
    this.features = module.features();
    this.guestStart = new GuestStart(module);
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
    if (parameters.hdrUaddr() == 0
        || parameters.hdrLen() == 0
        || parameters.guestUaddr() == 0
        || parameters.guestLen() == 0
        || parameters.transUaddr() == 0
        || parameters.transLen() == 0
        || PacketMemory.crossesPage(parameters.guestUaddr(), parameters.guestLen())) {
      throw new Refusal(Errno.EINVAL);
    }
    KernelBuffer header = vm.header().copyOf(user, parameters.hdrUaddr(), parameters.hdrLen());
    KernelBuffer transport =
        vm.transport().copyOf(user, parameters.transUaddr(), parameters.transLen());
    long page = Pages.base(parameters.guestUaddr());
    long pages = vm.pinnedPages().pin(page, Pages.SIZE, Access.WRITE);
    try {
      return openPage(vm, parameters, header, transport);
    } finally {
      vm.pinnedPages().unpin(pages);
    }
  }

  private int openPage(
      SevVirtualMachine vm,
      KvmSevReceiveUpdateData parameters,
      KernelBuffer header,
      KernelBuffer transport)
      throws Refusal {
    long guest = user.physicalAddress(parameters.guestUaddr(), Access.WRITE);
    if (guest == UserMemory.NONE) {
      throw new Refusal(Errno.EFAULT);
    }
    new PacketBuffer(
            vm.handle(),
            features.hostAddress(header.address()),
            parameters.hdrLen(),
            features.guestAddress(guest),
            parameters.guestLen(),
            features.hostAddress(transport.address()),
            parameters.transLen())
        .write(vm.firmwareParameters());
    return vm.issue(PspCommand.RECEIVE_UPDATE_DATA, PacketBuffer.LAYOUT);
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
