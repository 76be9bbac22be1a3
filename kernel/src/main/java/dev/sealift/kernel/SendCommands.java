package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/** KVM_SEV_SEND_*: a running guest leaves this host, page by page. */
final class SendCommands {
  private static final Field.U32 POLICY = (Field.U32) KvmSevSendStart.LAYOUT.field("policy");
  private static final Field.U32 SESSION_LEN =
      (Field.U32) KvmSevSendStart.LAYOUT.field("session_len");
  private static final Field.U32 HDR_LEN = (Field.U32) KvmSevSendUpdateData.LAYOUT.field("hdr_len");
  private static final Field.U32 TRANS_LEN =
      (Field.U32) KvmSevSendUpdateData.LAYOUT.field("trans_len");

  private final SevModule module;
  private final UserMemory user;
  private final EncryptionFeatures features;
  private final PacketCommand sealData;

  SendCommands(SevModule module) {
    this.module = module;
    this.user = module.user();
    this.features = module.features();
    this.sealData = PacketCommand.sealing(module, PspCommand.SEND_UPDATE_DATA);
  }

  int start(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevSendStart.LAYOUT);
    KvmSevSendStart parameters = KvmSevSendStart.read(struct);
    if (parameters.sessionLen() == 0) {
      return querySessionLength(vm, call, struct);
    }
    if (parameters.pdhCertUaddr() == 0
        || parameters.pdhCertLen() == 0
        || parameters.sessionUaddr() == 0
        || parameters.sessionLen() > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new Refusal(Errno.EINVAL);
    }
    try (KernelBuffer session = module.memory().allocate(parameters.sessionLen());
        KernelBuffer pdh = copyOf(parameters.pdhCertUaddr(), parameters.pdhCertLen());
        KernelBuffer platform = copyOf(parameters.platCertsUaddr(), parameters.platCertsLen());
        KernelBuffer amd = copyOf(parameters.amdCertsUaddr(), parameters.amdCertsLen())) {
      new SendStartBuffer(
              vm.handle(),
              0,
              features.hostAddress(pdh.address()),
              parameters.pdhCertLen(),
              features.hostAddress(platform.address()),
              parameters.platCertsLen(),
              features.hostAddress(amd.address()),
              parameters.amdCertsLen(),
              features.hostAddress(session.address()),
              parameters.sessionLen())
          .write(vm.firmwareParameters());
      int result = vm.issue(PspCommand.SEND_START, SendStartBuffer.LAYOUT);
      if (result == 0 && !user.write(parameters.sessionUaddr(), session.bytes())) {
        throw new Refusal(Errno.EFAULT);
      }
      // Both come back on failure too: a caller with too short a session learns what is needed.
      SendStartBuffer answer = SendStartBuffer.read(vm.firmwareParameters());
      POLICY.set(struct, answer.policy());
      SESSION_LEN.setUnsigned(struct, answer.sessionLen());
      call.copyParametersOut(struct);
      return result;
    }
  }

  private int querySessionLength(SevVirtualMachine vm, SevCall call, MemorySegment struct)
      throws Refusal {
    new SendStartBuffer(vm.handle(), 0, 0, 0, 0, 0, 0, 0, 0, 0).write(vm.firmwareParameters());
    int result = vm.issue(PspCommand.SEND_START, SendStartBuffer.LAYOUT);
    SESSION_LEN.setUnsigned(struct, SendStartBuffer.read(vm.firmwareParameters()).sessionLen());
    call.copyParametersOut(struct);
    return result;
  }

  /**
   * Encrypts guest memory with the encryption context created by SEND_START: at most a page, and
   * never across the boundary of one.
   */
  int updateData(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevSendUpdateData.LAYOUT);
    KvmSevSendUpdateData parameters = KvmSevSendUpdateData.read(struct);
    if (parameters.transLen() == 0 || parameters.hdrLen() == 0) {
      return sealData.query(vm, call, struct, HDR_LEN, TRANS_LEN);
    }
    return seal(vm, PacketParameters.of(parameters));
  }

  private int seal(SevVirtualMachine vm, PacketParameters parameters) throws Refusal {
    if (parameters.invalid()) {
      throw new Refusal(Errno.EINVAL);
    }
    long pages = sealData.pin(vm, parameters.guestUaddr());
    try {
      KernelBuffer header = vm.header().zeroed(parameters.hdrLen());
      KernelBuffer transport = vm.transport().zeroed(parameters.transLen());
      int result = sealData.issue(vm, parameters, header.address(), transport.address());
      if (result == 0) {
        PacketMemory.copyOut(user, transport, parameters.transUaddr(), parameters.transLen());
        PacketMemory.copyOut(user, header, parameters.hdrUaddr(), parameters.hdrLen());
      }
      return result;
    } finally {
      vm.header().release();
      vm.transport().release();
      vm.pinnedPages().unpin(pages);
    }
  }

  int finish(SevVirtualMachine vm, SevCall call) throws Refusal {
    return withHandle(vm, PspCommand.SEND_FINISH);
  }

  int cancel(SevVirtualMachine vm, SevCall call) throws Refusal {
    return withHandle(vm, PspCommand.SEND_CANCEL);
  }

  private int withHandle(SevVirtualMachine vm, PspCommand command) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    new HandleBuffer(vm.handle()).write(vm.firmwareParameters());
    return vm.issue(command, HandleBuffer.LAYOUT);
  }

  private KernelBuffer copyOf(long address, long length) throws Refusal {
    return module.memory().copyOf(user, address, length);
  }
}
