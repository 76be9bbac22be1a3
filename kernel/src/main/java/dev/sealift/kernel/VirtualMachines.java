package dev.sealift.kernel;

import org.jspecify.annotations.Nullable;

/** The VMs of this kernel by their descriptors. */
final class VirtualMachines implements EncryptionContexts {
  private volatile IntervalMap<SevVirtualMachine> vms = IntervalMap.empty();

  @Nullable SevVirtualMachine at(int vmFd) {
    return vms.at(vmFd);
  }

  @Override
  public int asid(int vmFd) {
    SevVirtualMachine vm = vms.at(vmFd);
    return vm == null ? 0 : vm.asid();
  }

  synchronized void add(int vmFd, SevVirtualMachine vm) {
    vms = vms.with(vmFd, vmFd + 1L, vm);
  }

  /** Forgets a VM and returns it; null if there is none. */
  synchronized @Nullable SevVirtualMachine remove(int vmFd) {
    SevVirtualMachine vm = vms.at(vmFd);
    vms = vms.without(vmFd);
    return vm;
  }
}
