package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.svm.SaveArea;
import java.lang.foreign.MemorySegment;

/**
 * The registers of a guest with SEV-ES: KVM_SEV_LAUNCH_UPDATE_VMSA for all vCPUs at once, and
 * KVM_SEV_SEND_UPDATE_VMSA and KVM_SEV_RECEIVE_UPDATE_VMSA for one. The latter two have numbers in
 * mainline Linux but no handler: parameters and checks are Sealift's, in the manner of
 * SEND_UPDATE_DATA and RECEIVE_UPDATE_DATA.
 */
final class VmsaCommands {
  private static final Field.U32 HDR_LEN = (Field.U32) KvmSevUpdateVmsa.LAYOUT.field("hdr_len");
  private static final Field.U32 TRANS_LEN = (Field.U32) KvmSevUpdateVmsa.LAYOUT.field("trans_len");

  /** The bit of DR7 that is always set: no breakpoint is. */
  private static final long DR7_FIXED = 0x400;

  private final UserMemory user;
  private final EncryptionFeatures features;
  private final RegisterReader registers;
  private final PacketCommand seal;
  private final PacketCommand open;

  VmsaCommands(SevModule module, RegisterReader registers) {
    this.user = module.user();
    this.features = module.features();
    this.registers = registers;
    this.seal = PacketCommand.sealing(module, PspCommand.SEND_UPDATE_VMSA);
    this.open = PacketCommand.opening(module, PspCommand.RECEIVE_UPDATE_VMSA);
  }

  /** What is done for a vCPU while it is locked. */
  private interface Step {
    int run(Vcpu vcpu) throws Refusal;
  }

  /** For each vCPU in the order in which they were made; the first that fails ends it. */
  int launchUpdate(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevEsGuest();
    if (vm.isCreatingVcpu()) {
      throw new Refusal(Errno.EBUSY);
    }
    for (Vcpu vcpu : vm.vcpus()) {
      int result = whileLocked(vcpu, this::encrypt);
      if (result != 0) {
        return result;
      }
    }
    return 0;
  }

  private int encrypt(Vcpu vcpu) throws Refusal {
    KernelBuffer page = pageOf(vcpu);
    if (vcpu.isDebugged() || vcpu.isProtected()) {
      throw new Refusal(Errno.EINVAL);
    }
    MemorySegment vmsa = MemorySegment.ofArray(registers.vmsa(vcpu.fd()));
    if ((SaveArea.DR7.get(vmsa) & ~DR7_FIXED) != 0) {
      throw new Refusal(Errno.EINVAL);
    }
    page.bytes().copyFrom(vmsa);
    SevVirtualMachine vm = vcpu.vm();
    new LaunchUpdateBuffer(vm.handle(), features.hostAddress(page.address()), Pages.SIZE)
        .write(vm.firmwareParameters());
    int result = vm.issue(PspCommand.LAUNCH_UPDATE_VMSA, LaunchUpdateBuffer.LAYOUT);
    if (result == 0) {
      vcpu.protect();
    }
    return result;
  }

  /** Seals the registers of a vCPU, which must be encrypted, into a packet. */
  int sendUpdate(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevEsGuest();
    MemorySegment struct = call.copyParametersIn(KvmSevUpdateVmsa.LAYOUT);
    KvmSevUpdateVmsa parameters = KvmSevUpdateVmsa.read(struct);
    if (parameters.transLen() == 0 || parameters.hdrLen() == 0) {
      return seal.query(vm, call, struct, HDR_LEN, TRANS_LEN);
    }
    return whileLocked(named(vm, parameters), vcpu -> seal(vcpu, parameters));
  }

  private int seal(Vcpu vcpu, KvmSevUpdateVmsa parameters) throws Refusal {
    KernelBuffer page = pageOf(vcpu);
    if (!vcpu.isProtected()) {
      throw new Refusal(Errno.EINVAL);
    }
    SevVirtualMachine vm = vcpu.vm();
    try {
      KernelBuffer header = vm.header().zeroed(parameters.hdrLen());
      KernelBuffer transport = vm.transport().zeroed(parameters.transLen());
      int result = seal.issue(vm, buffer(vm, parameters, page, header, transport));
      if (result == 0) {
        PacketMemory.copyOut(user, transport, parameters.transUaddr(), parameters.transLen());
        PacketMemory.copyOut(user, header, parameters.hdrUaddr(), parameters.hdrLen());
      }
      return result;
    } finally {
      vm.header().release();
      vm.transport().release();
    }
  }

  /** Opens a packet into the registers of a vCPU, which has its own from then on, encrypted. */
  int receiveUpdate(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevEsGuest();
    KvmSevUpdateVmsa parameters =
        KvmSevUpdateVmsa.read(call.copyParametersIn(KvmSevUpdateVmsa.LAYOUT));
    return whileLocked(named(vm, parameters), vcpu -> open(vcpu, parameters));
  }

  private int open(Vcpu vcpu, KvmSevUpdateVmsa parameters) throws Refusal {
    KernelBuffer page = pageOf(vcpu);
    if (vcpu.isProtected()) {
      throw new Refusal(Errno.EINVAL);
    }
    SevVirtualMachine vm = vcpu.vm();
    KernelBuffer header = vm.header().copyOf(user, parameters.hdrUaddr(), parameters.hdrLen());
    KernelBuffer transport =
        vm.transport().copyOf(user, parameters.transUaddr(), parameters.transLen());
    int result = open.issue(vm, buffer(vm, parameters, page, header, transport));
    if (result == 0) {
      vcpu.protect();
    }
    return result;
  }

  private PacketBuffer buffer(
      SevVirtualMachine vm,
      KvmSevUpdateVmsa parameters,
      KernelBuffer page,
      KernelBuffer header,
      KernelBuffer transport) {
    return new PacketBuffer(
        vm.handle(),
        features.hostAddress(header.address()),
        parameters.hdrLen(),
        features.guestAddress(page.address()),
        Pages.SIZE,
        features.hostAddress(transport.address()),
        parameters.transLen());
  }

  /** The vCPU of a packet, of which no part may be missing. */
  private static Vcpu named(SevVirtualMachine vm, KvmSevUpdateVmsa parameters) throws Refusal {
    boolean partMissing =
        parameters.hdrUaddr() == 0
            || parameters.hdrLen() == 0
            || parameters.transUaddr() == 0
            || parameters.transLen() == 0;
    if (!partMissing) {
      for (Vcpu vcpu : vm.vcpus()) {
        if (vcpu.id() == parameters.vcpuId()) {
          return vcpu;
        }
      }
    }
    throw new Refusal(Errno.EINVAL);
  }

  private static KernelBuffer pageOf(Vcpu vcpu) throws Refusal {
    KernelBuffer page = vcpu.vmsa();
    if (page == null) {
      throw new Refusal(Errno.EINVAL);
    }
    return page;
  }

  /** A vCPU that runs is waited for; a thread that is interrupted meanwhile is as one killed. */
  private static int whileLocked(Vcpu vcpu, Step step) throws Refusal {
    try {
      vcpu.mutex().lockInterruptibly();
    } catch (InterruptedException killed) {
      Thread.currentThread().interrupt();
      throw new Refusal(Errno.EINTR);
    }
    try {
      return step.run(vcpu);
    } finally {
      vcpu.mutex().unlock();
    }
  }
}
