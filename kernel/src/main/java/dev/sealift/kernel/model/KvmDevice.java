package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmCpuidEntry;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * /dev/kvm itself.
 *
 * <p>Source: the kernel's documentation of the KVM API, system ioctls.
 */
final class KvmDevice implements OpenFile {
  static final String PATH = "/dev/kvm";

  private static final int API_VERSION = 12;

  private static final List<KvmCpuidEntry> CPUID =
      List.of(
          new KvmCpuidEntry(
              KvmParavirtual.CPUID_SIGNATURE,
              0,
              0,
              KvmParavirtual.CPUID_FEATURES,
              KvmParavirtual.SIGNATURE_EBX,
              KvmParavirtual.SIGNATURE_ECX,
              KvmParavirtual.SIGNATURE_EDX),
          new KvmCpuidEntry(KvmParavirtual.CPUID_FEATURES, 0, 0, 0, 0, 0, 0));

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

  /** There is no CPU; what there is, is KVM, with no feature of its own. */
  private int supportedCpuid(long address) {
    CallerMemory caller = machine.caller();
    MemorySegment header = caller.copyIn(address, KvmCpuidEntry.HEADER_SIZE);
    if (header == null) {
      return Errno.EFAULT.negated();
    }
    if (CPUID_NENT.getUnsigned(header) < CPUID.size()) {
      return Errno.E2BIG.negated();
    }
    int entrySize = KvmCpuidEntry.LAYOUT.size();
    MemorySegment entries = MemorySegment.ofArray(new byte[CPUID.size() * entrySize]);
    for (int i = 0; i < CPUID.size(); i++) {
      CPUID.get(i).write(entries.asSlice((long) i * entrySize, entrySize));
    }
    CPUID_NENT.set(header, CPUID.size());
    int result = caller.copyOut(address + KvmCpuidEntry.HEADER_SIZE, entries);
    return result == 0 ? caller.copyOut(address, header) : result;
  }

  private int createVm(long type) {
    if (type != 0) {
      return Errno.EINVAL.negated();
    }
    return machine.descriptors().open(fd -> new VirtualMachineModel(machine, fd));
  }
}
