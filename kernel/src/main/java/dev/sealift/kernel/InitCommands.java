package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.sev.KvmSevInit;

/** KVM_SEV_INIT, KVM_SEV_ES_INIT and KVM_SEV_INIT2: a VM becomes a SEV guest. */
final class InitCommands {
  /** No VMSA feature of a SEV-ES guest is offered. */
  private static final long VMSA_FEATURES = 0;

  private static final int HIGHEST_GHCB_VERSION = 2;

  private final SevModule module;

  InitCommands(SevModule module) {
    this.module = module;
  }

  int init(SevVirtualMachine vm, SevCall call) throws Refusal {
    requireDefaultType(vm);
    return begin(vm, call, false);
  }

  int esInit(SevVirtualMachine vm, SevCall call) throws Refusal {
    requireDefaultType(vm);
    return begin(vm, call, true);
  }

  int init2(SevVirtualMachine vm, SevCall call) throws Refusal {
    if (!vm.needsInit2()) {
      throw new Refusal(Errno.EINVAL);
    }
    boolean sevEs = vm.type() == SevVirtualMachine.TYPE_SEV_ES;
    KvmSevInit parameters = KvmSevInit.read(call.copyParametersIn(KvmSevInit.LAYOUT));
    if (vm.createdVcpus() != 0
        || parameters.flags() != 0
        || (parameters.vmsaFeatures() & ~VMSA_FEATURES) != 0
        || parameters.ghcbVersion() > HIGHEST_GHCB_VERSION
        || (!sevEs && parameters.ghcbVersion() != 0)) {
      throw new Refusal(Errno.EINVAL);
    }
    return begin(vm, call, sevEs);
  }

  private static void requireDefaultType(SevVirtualMachine vm) throws Refusal {
    if (vm.type() != SevVirtualMachine.TYPE_DEFAULT) {
      throw new Refusal(Errno.EINVAL);
    }
  }

  private int begin(SevVirtualMachine vm, SevCall call, boolean sevEs) throws Refusal {
    if (vm.createdVcpus() != 0 || vm.isSevGuest()) {
      throw new Refusal(Errno.EINVAL);
    }
    int asid = module.asids().allocate(sevEs);
    int result = module.driver().initialise(call.error());
    if (result != 0) {
      module.asids().free(asid);
      return result;
    }
    vm.begin(asid, sevEs);
    return 0;
  }
}
