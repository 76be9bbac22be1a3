package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;

/**
 * /dev/kvm itself.
 *
 * <p>Source: the kernel's documentation of the KVM API, system ioctls.
 */
final class KvmDevice implements OpenFile {
  static final String PATH = "/dev/kvm";

  private static final int API_VERSION = 12;

  /** struct kvm_cpuid2 as far as it is always there: the count of entries, and padding. */
  private static final int CPUID_HEADER_SIZE = 8;

  private static final Field.U32 CPUID_NENT = new Field.U32("nent", 0);

  private final ModelMachine machine;

  KvmDevice(ModelMachine machine) {
    this.machine = machine;
  }

  @Override
  public int ioctl(int request, long argument) {
    return switch (request) {
      case KvmIoctl.GET_API_VERSION -> argument == 0 ? API_VERSION : Errno.EINVAL.negated();
      case KvmIoctl.GET_VCPU_MMAP_SIZE -> argument == 0 ? RunPage.SIZE : Errno.EINVAL.negated();
      case KvmIoctl.CHECK_EXTENSION -> checkExtension(argument);
      case KvmIoctl.GET_SUPPORTED_CPUID -> supportedCpuid(argument);
      case KvmIoctl.CREATE_VM -> createVm(argument);
      default -> Errno.EINVAL.negated();
    };
  }

  /** What KVM_CHECK_EXTENSION answers, here and on a VM: 0 for what the model does not do. */
  static int checkExtension(long capability) {
    if (capability == KvmCapability.EXIT_HYPERCALL) {
      return VirtualMachineModel.EXIT_HYPERCALL_MASK;
    }
    return SupportedCapability.value(capability);
  }

  /** No CPU, no CPUID: the answer is a list without entries, which every guest may be given. */
  private int supportedCpuid(long address) {
    CallerMemory caller = machine.caller();
    MemorySegment header = caller.copyIn(address, CPUID_HEADER_SIZE);
    if (header == null) {
      return Errno.EFAULT.negated();
    }
    if (CPUID_NENT.getUnsigned(header) == 0) {
      return Errno.E2BIG.negated();
    }
    CPUID_NENT.set(header, 0);
    return caller.copyOut(address, header);
  }

  private int createVm(long type) {
    if (type != 0) {
      return Errno.EINVAL.negated();
    }
    return machine.descriptors().open(fd -> new VirtualMachineModel(machine, fd));
  }
}
