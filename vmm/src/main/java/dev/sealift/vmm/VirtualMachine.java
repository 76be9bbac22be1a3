package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmIoctl;
import org.jspecify.annotations.Nullable;

/** A virtual machine of KVM: one slot of memory at guest physical address 0, and one vCPU. */
public final class VirtualMachine implements AutoCloseable {
  /** Bytes; above this stand the pages that KVM itself may need, and devices. */
  public static final long MAX_MEMORY = 3L << 30;

  /** Three pages below the end of 4 GiB, where Intel's processors need them; others ignore it. */
  private static final long TSS_ADDRESS = 0xFFFB_D000L;

  private final Host host;
  private final Resources resources;
  private final GuestMemory memory;
  private final DirtyLog dirtyLog;
  private final PageStatus pageStatus;
  private final MigrationControl migrationControl;
  private final GuestPorts ports;
  private final Vcpu vcpu;
  private final @Nullable SevGuest sev;

  private VirtualMachine(
      Host host,
      @Nullable SevPlatform platform,
      SevMode mode,
      long memoryBytes,
      Resources resources)
      throws VmmException {
    this.host = host;
    this.resources = resources;
    CallMemory callMemory = resources.keep(new CallMemory(host), CallMemory::close);
    KvmDevice kvm = resources.keep(KvmDevice.open(host), KvmDevice::close);
    memory = resources.keep(GuestMemory.allocate(host, memoryBytes), GuestMemory::unmap);
    Descriptor vm = resources.keep(kvm.createVirtualMachine(), Descriptor::close);
    vm.ioctl("KVM_SET_TSS_ADDR", KvmIoctl.SET_TSS_ADDR, TSS_ADDRESS);
    dirtyLog = resources.keep(DirtyLog.install(host, vm, callMemory, memory), DirtyLog::close);
    sev = platform == null ? null : SevGuest.init(mode, platform, vm, memory, callMemory);
    pageStatus = new PageStatus(memory.pages());
    migrationControl = new MigrationControl(platform != null);
    ports = new GuestPorts();
    ports.attach(GuestPorts.MIGRATION_CONTROL, migrationControl.port());
    int features = new UserSpaceExits(kvm, vm, callMemory).install();
    vcpu = resources.keep(createVcpu(kvm, vm, callMemory, features), Vcpu::close);
  }

  /**
   * A machine without memory encryption.
   *
   * @param memoryBytes a multiple of the page size, up to {@link #MAX_MEMORY}
   */
  public static VirtualMachine create(Host host, long memoryBytes) throws VmmException {
    return create(host, null, SevMode.SEV, memoryBytes);
  }

  /**
   * A machine with a SEV context (KVM_SEV_INIT or KVM_SEV_ES_INIT), neither launched nor received
   * yet. The context comes before the vCPU, as KVM demands.
   *
   * @param mode what is to be encrypted
   * @param memoryBytes a multiple of the page size, up to {@link #MAX_MEMORY}
   */
  public static VirtualMachine createEncrypted(
      Host host, SevPlatform platform, SevMode mode, long memoryBytes) throws VmmException {
    return create(host, platform, mode, memoryBytes);
  }

  /** A machine whose memory is to be encrypted, and nothing else. */
  public static VirtualMachine createEncrypted(Host host, SevPlatform platform, long memoryBytes)
      throws VmmException {
    return create(host, platform, SevMode.SEV, memoryBytes);
  }

  private static VirtualMachine create(
      Host host, @Nullable SevPlatform platform, SevMode mode, long memoryBytes)
      throws VmmException {
    if (memoryBytes <= 0 || memoryBytes > MAX_MEMORY || Pages.offset(memoryBytes) != 0) {
      throw new VmmException(
          "create virtual machine",
          "A guest cannot have %d bytes of memory: choose a multiple of %d up to %d."
              .formatted(memoryBytes, Pages.SIZE, MAX_MEMORY));
    }
    Resources resources = new Resources();
    try {
      return new VirtualMachine(host, platform, mode, memoryBytes, resources);
    } catch (VmmException | RuntimeException failed) {
      resources.close();
      throw failed;
    }
  }

  public Host host() {
    return host;
  }

  public GuestMemory memory() {
    return memory;
  }

  public DirtyLog dirtyLog() {
    return dirtyLog;
  }

  public PageStatus pageStatus() {
    return pageStatus;
  }

  public MigrationControl migrationControl() {
    return migrationControl;
  }

  public GuestPorts ports() {
    return ports;
  }

  public Vcpu vcpu() {
    return vcpu;
  }

  /**
   * The SEV context.
   *
   * @throws IllegalStateException if the machine was made without one
   */
  public SevGuest sev() {
    if (sev == null) {
      throw new IllegalStateException("this virtual machine was made without a SEV context");
    }
    return sev;
  }

  /** Ends the vCPU and the SEV context, and frees the memory. */
  @Override
  public void close() {
    resources.close();
  }

  private Vcpu createVcpu(
      KvmDevice kvm, Descriptor vm, CallMemory callMemory, int paravirtualFeatures)
      throws VmmException {
    Descriptor descriptor =
        new Descriptor(host, vm.ioctl("KVM_CREATE_VCPU", KvmIoctl.CREATE_VCPU, 0), "the vCPU");
    try {
      kvm.showAllFeatures(descriptor, callMemory, paravirtualFeatures);
      RunArea runArea = RunArea.map(host, descriptor, kvm.runAreaSize());
      var requests = new GuestRequests(ports, new Hypercalls(pageStatus, memory), migrationControl);
      return Vcpu.of(host, descriptor, runArea, callMemory, requests);
    } catch (VmmException failed) {
      descriptor.close();
      throw failed;
    }
  }
}
