package dev.sealift.kernel;

import org.jspecify.annotations.Nullable;

/** The VMs of this kernel, and their vCPUs, by descriptor. */
final class VirtualMachines implements EncryptionContexts {
  private volatile IntervalMap<SevVirtualMachine> vms = IntervalMap.empty();
  private volatile IntervalMap<Vcpu> vcpus = IntervalMap.empty();

  @Nullable SevVirtualMachine at(int vmFd) {
    return vms.at(vmFd);
  }

  @Nullable Vcpu vcpuAt(int vcpuFd) {
    return vcpus.at(vcpuFd);
  }

  @Override
  public int asid(int vmFd) {
    SevVirtualMachine vm = vms.at(vmFd);
    return vm == null ? 0 : vm.asid();
  }

  @Override
  public long vmsa(int vcpuFd) {
    Vcpu vcpu = vcpus.at(vcpuFd);
    return vcpu == null ? NO_VMSA : vcpu.vmsaAddress();
  }

  synchronized void add(int vmFd, SevVirtualMachine vm) {
    vms = vms.with(vmFd, vmFd + 1L, vm);
  }

  synchronized void add(int vcpuFd, Vcpu vcpu) {
    vcpus = vcpus.without(vcpuFd).with(vcpuFd, vcpuFd + 1L, vcpu);
  }

  /** Forgets a descriptor, and returns the VM if it was one's; null if not. */
  synchronized @Nullable SevVirtualMachine remove(int fd) {
    vcpus = vcpus.without(fd);
    SevVirtualMachine vm = vms.at(fd);
    vms = vms.without(fd);
    return vm;
  }

  /** Forgets a descriptor, unless by now it is that of another VM or vCPU. */
  synchronized void remove(int fd, @Nullable SevVirtualMachine vm, @Nullable Vcpu vcpu) {
    if (vm != null && vms.at(fd) == vm) {
      vms = vms.without(fd);
    }
    if (vcpu != null && vcpus.at(fd) == vcpu) {
      vcpus = vcpus.without(fd);
    }
  }
}
