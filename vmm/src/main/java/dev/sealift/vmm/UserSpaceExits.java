package dev.sealift.vmm;

import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmMsrFilter;
import dev.sealift.abi.kvm.KvmMsrFilterRange;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRun;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Has KVM pass on to the VMM what a guest says about its pages: KVM_HC_MAP_GPA_RANGE, and
 * MSR_KVM_MIGRATION_CONTROL, which is denied by a filter so that its accesses leave KVM_RUN.
 *
 * <p>Source: the kernel's documentation of KVM_CAP_EXIT_HYPERCALL, KVM_CAP_X86_USER_SPACE_MSR and
 * KVM_X86_SET_MSR_FILTER.
 */
final class UserSpaceExits {
  private final KvmDevice kvm;
  private final Descriptor vm;
  private final CallMemory callMemory;

  UserSpaceExits(KvmDevice kvm, Descriptor vm, CallMemory callMemory) {
    this.kvm = kvm;
    this.vm = vm;
    this.callMemory = callMemory;
  }

  /**
   * Asks for all that this KVM can pass on.
   *
   * @return the bits of {@link KvmParavirtual#CPUID_FEATURES} that tell the guest of it
   */
  int install() throws VmmException {
    int features = 0;
    if (forwardHypercalls()) {
      features |= 1 << KvmParavirtual.FEATURE_HC_MAP_GPA_RANGE;
    }
    if (forwardMigrationControl()) {
      features |= 1 << KvmParavirtual.FEATURE_MIGRATION_CONTROL;
    }
    return features;
  }

  private boolean forwardHypercalls() throws VmmException {
    int mask = 1 << Hypercall.MAP_GPA_RANGE;
    if ((kvm.capability(KvmCapability.EXIT_HYPERCALL) & mask) == 0) {
      return false;
    }
    enable(KvmCapability.EXIT_HYPERCALL, mask);
    return true;
  }

  private boolean forwardMigrationControl() throws VmmException {
    if (kvm.capability(KvmCapability.X86_USER_SPACE_MSR) == 0
        || kvm.capability(KvmCapability.X86_MSR_FILTER) == 0) {
      return false;
    }
    enable(KvmCapability.X86_USER_SPACE_MSR, KvmRun.MSR_EXIT_REASON_FILTER);
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment bitmap = call.take(Long.BYTES);
      MemorySegment filter = call.take(KvmMsrFilter.LAYOUT.size());
      var denied =
          new KvmMsrFilterRange(
              KvmMsrFilterRange.READ | KvmMsrFilterRange.WRITE,
              1,
              KvmParavirtual.MSR_MIGRATION_CONTROL,
              bitmap.address());
      new KvmMsrFilter(0, List.of(denied)).write(filter);
      vm.ioctl("KVM_X86_SET_MSR_FILTER", KvmIoctl.X86_SET_MSR_FILTER, filter.address());
    }
    return true;
  }

  private void enable(int capability, long argument) throws VmmException {
    byte[] arguments =
        ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN).putLong(argument).array();
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment request = call.take(KvmEnableCap.LAYOUT.size());
      new KvmEnableCap(capability, 0, arguments).write(request);
      vm.ioctl("KVM_ENABLE_CAP", KvmIoctl.ENABLE_CAP, request.address());
    }
  }
}
