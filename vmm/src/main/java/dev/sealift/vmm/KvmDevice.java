package dev.sealift.vmm;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmCpuidEntry;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmParavirtual;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** /dev/kvm: what the machine offers, and new virtual machines. */
final class KvmDevice implements AutoCloseable {
  private static final String PATH = "/dev/kvm";

  /** The only version there has been since Linux 2.6.22. */
  private static final int API_VERSION = 12;

  /** KVM knows up to 256. */
  private static final int CPUID_ENTRIES = 256;

  private static final int CPUID_HEADER_SIZE = KvmCpuidEntry.HEADER_SIZE;
  private static final int CPUID_ENTRY_SIZE = KvmCpuidEntry.LAYOUT.size();
  private static final int CPUID_SIZE = CPUID_HEADER_SIZE + CPUID_ENTRY_SIZE * CPUID_ENTRIES;

  private final Host host;
  private final Descriptor device;

  private KvmDevice(Host host, Descriptor device) {
    this.host = host;
    this.device = device;
  }

  static KvmDevice open(Host host) throws VmmException {
    Descriptor device = Descriptor.open(host, PATH, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    try {
      checkVersion(device);
      return new KvmDevice(host, device);
    } catch (VmmException failed) {
      device.close();
      throw failed;
    }
  }

  private static void checkVersion(Descriptor device) throws VmmException {
    int version = device.ioctl("KVM_GET_API_VERSION", KvmIoctl.GET_API_VERSION, 0);
    if (version != API_VERSION) {
      throw new VmmException(
          "KVM_GET_API_VERSION",
          "%s speaks API version %d, not %d: use a kernel with KVM as it is since Linux 2.6.22."
              .formatted(PATH, version, API_VERSION));
    }
  }

  Descriptor createVirtualMachine() throws VmmException {
    int fd = device.ioctl("KVM_CREATE_VM", KvmIoctl.CREATE_VM, 0);
    return new Descriptor(host, fd, "the virtual machine");
  }

  /** What KVM_CHECK_EXTENSION answers; zero where the capability is missing. */
  int capability(int number) {
    return Math.max(0, device.tryIoctl(KvmIoctl.CHECK_EXTENSION, number));
  }

  /** Bytes of the page (and what follows it) that KVM shares with the VMM for each vCPU. */
  int runAreaSize() throws VmmException {
    return device.ioctl("KVM_GET_VCPU_MMAP_SIZE", KvmIoctl.GET_VCPU_MMAP_SIZE, 0);
  }

  /**
   * Gives a vCPU every CPU feature that KVM supports, and those that the VMM serves itself.
   *
   * @param paravirtual bits to add to {@link KvmParavirtual#CPUID_FEATURES}
   */
  void showAllFeatures(Descriptor vcpu, CallMemory callMemory, int paravirtual)
      throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment cpuid = call.take(CPUID_SIZE);
      cpuid.set(ValueLayout.JAVA_INT, 0, CPUID_ENTRIES);
      device.ioctl("KVM_GET_SUPPORTED_CPUID", KvmIoctl.GET_SUPPORTED_CPUID, cpuid.address());
      int count = Math.clamp(cpuid.get(ValueLayout.JAVA_INT, 0), 0, CPUID_ENTRIES);
      for (int i = 0; i < count; i++) {
        MemorySegment entry =
            cpuid.asSlice(CPUID_HEADER_SIZE + (long) i * CPUID_ENTRY_SIZE, CPUID_ENTRY_SIZE);
        KvmCpuidEntry supported = KvmCpuidEntry.read(entry);
        if (supported.function() == KvmParavirtual.CPUID_FEATURES) {
          supported.withEax(paravirtual).write(entry);
        }
      }
      vcpu.ioctl("KVM_SET_CPUID2", KvmIoctl.SET_CPUID2, cpuid.address());
    }
  }

  @Override
  public void close() {
    device.close();
  }
}
