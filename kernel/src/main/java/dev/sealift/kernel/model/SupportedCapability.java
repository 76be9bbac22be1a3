package dev.sealift.kernel.model;

import dev.sealift.abi.kvm.KvmCapability;

/**
 * The capabilities that the model has, with what KVM_CHECK_EXTENSION says of each.
 *
 * <p>Source: linux/kvm.h, KVM_CAP_*.
 */
enum SupportedCapability {
  USER_MEMORY(3, 1),
  SET_TSS_ADDR(4, 1),
  EXT_CPUID(7, 1),
  /** How many vCPUs a VM should have. */
  NR_VCPUS(9, 64),
  NR_MEMSLOTS(10, MemorySlots.COUNT),
  MP_STATE(14, 1),
  /** Changes of the VMM's mappings are seen by the guest. */
  SYNC_MMU(16, 1),
  DESTROY_MEMORY_REGION_WORKS(21, 1),
  JOIN_MEMORY_REGIONS_WORKS(30, 1),
  VCPU_EVENTS(41, 1),
  DEBUGREGS(50, 1),
  XSAVE(55, 1),
  XCRS(56, 1),
  MAX_VCPUS(66, VirtualMachineModel.MAX_VCPUS),
  ENABLE_CAP_VM(98, 1),
  CHECK_EXTENSION_VM(105, 1),
  MAX_VCPU_ID(128, VirtualMachineModel.VCPU_IDS),
  IMMEDIATE_EXIT(136, 1),
  X86_USER_SPACE_MSR(KvmCapability.X86_USER_SPACE_MSR, 1),
  X86_MSR_FILTER(KvmCapability.X86_MSR_FILTER, 1);

  private final int number;
  private final int value;

  SupportedCapability(int number, int value) {
    this.number = number;
    this.value = value;
  }

  /** The answer for a capability number; 0 where the model does not have it. */
  static int value(long number) {
    for (SupportedCapability capability : values()) {
      if (capability.number == number) {
        return capability.value;
      }
    }
    return 0;
  }
}
