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
  private final MachineParts parts;
  private final DirtyLog dirtyLog;
  private final PageStatus pageStatus;
  private final MigrationControl migrationControl;
  private final GuestPorts ports = new GuestPorts();
  private final Vcpu vcpu;
  private final @Nullable SevGuest sev;

  /** Takes what was acquired; nothing can fail any more. */
  private VirtualMachine(
      Host host,
      Resources resources,
      CallMemory callMemory,
      MachineParts parts,
      PageStatus pageStatus,
      DirtyLog dirtyLog,
      @Nullable SevGuest sev) {
    this.host = host;
    this.resources = resources;
    this.parts = parts;
    this.pageStatus = pageStatus;
    this.dirtyLog = dirtyLog;
    this.sev = sev;
    migrationControl = new MigrationControl(parts.books());
    ports.attach(GuestPorts.MIGRATION_CONTROL, migrationControl.port());
    var requests =
        new GuestRequests(ports, new Hypercalls(pageStatus, parts.memory()), migrationControl);
    vcpu = resources.keep(Vcpu.of(host, parts, callMemory, requests), Vcpu::stop);
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
    checkSize(memoryBytes);
    Resources resources = new Resources();
    try {
      return make(host, platform, mode, memoryBytes, resources);
    } catch (VmmException | RuntimeException failed) {
      resources.close();
      throw failed;
    }
  }

  static void checkSize(long memoryBytes) throws VmmException {
    if (memoryBytes <= 0 || memoryBytes > MAX_MEMORY || Pages.offset(memoryBytes) != 0) {
      throw new VmmException(
          "create virtual machine",
          "A guest cannot have %d bytes of memory: choose a multiple of %d up to %d."
              .formatted(memoryBytes, Pages.SIZE, MAX_MEMORY));
    }
  }

  private static VirtualMachine make(
      Host host,
      @Nullable SevPlatform platform,
      SevMode mode,
      long memoryBytes,
      Resources resources)
      throws VmmException {
    CallMemory callMemory = resources.keep(new CallMemory(host), CallMemory::close);
    KvmDevice kvm = resources.keep(KvmDevice.open(host), KvmDevice::close);
    GuestMemory memory =
        resources.keep(GuestMemory.allocate(host, memoryBytes), GuestMemory::unmap);
    Books books = Books.create(host, memory.pages());
    PageStatus pageStatus = resources.keep(new PageStatus(books), PageStatus::close);
    MigrationControl.begin(books, platform != null);
    Descriptor vm = resources.keep(kvm.createVirtualMachine(), Descriptor::close);
    vm.ioctl("KVM_SET_TSS_ADDR", KvmIoctl.SET_TSS_ADDR, TSS_ADDRESS);
    DirtyLog dirtyLog =
        resources.keep(DirtyLog.install(host, vm, callMemory, memory, books), DirtyLog::close);
    SevGuest sev = null;
    if (platform != null) {
      Descriptor device = resources.keep(SevPlatform.device(host), Descriptor::close);
      sev = SevGuest.init(mode, platform, device, vm, memory, callMemory);
    }
    int features = new UserSpaceExits(kvm, vm, callMemory).install();
    int vcpuFd = vm.ioctl("KVM_CREATE_VCPU", KvmIoctl.CREATE_VCPU, 0);
    Descriptor vcpu = resources.keep(new Descriptor(host, vcpuFd, "the vCPU"), Descriptor::close);
    kvm.showAllFeatures(vcpu, callMemory, features);
    RunArea runArea = resources.keep(RunArea.map(host, vcpu, kvm.runAreaSize()), RunArea::unmap);
    MachineParts parts = new MachineParts(vm, vcpu, memory, runArea, books);
    return new VirtualMachine(host, resources, callMemory, parts, pageStatus, dirtyLog, sev);
  }

  /**
   * Takes up a machine with a SEV context that another VMM made. If that fails, its parts stay as
   * they are.
   */
  static VirtualMachine takeUp(
      Host host, SevPlatform platform, Descriptor device, MachineParts parts) throws VmmException {
    CallMemory callMemory = new CallMemory(host);
    try {
      DirtyLog dirtyLog =
          DirtyLog.install(host, parts.vm(), callMemory, parts.memory(), parts.books());
      SevGuest sev = SevGuest.takeUp(platform, device, parts.vm(), parts.memory(), callMemory);
      Resources resources = new Resources();
      resources.keep(callMemory, CallMemory::close);
      resources.keep(dirtyLog, DirtyLog::close);
      resources.keep(parts.memory(), GuestMemory::unmap);
      PageStatus pageStatus = resources.keep(new PageStatus(parts.books()), PageStatus::close);
      resources.keep(device, Descriptor::close);
      resources.keep(parts.vm(), Descriptor::close);
      resources.keep(parts.vcpu(), Descriptor::close);
      resources.keep(parts.runArea(), RunArea::unmap);
      return new VirtualMachine(host, resources, callMemory, parts, pageStatus, dirtyLog, sev);
    } catch (VmmException failed) {
      callMemory.close();
      throw failed;
    }
  }

  public Host host() {
    return host;
  }

  /** What of it can outlive this process. */
  MachineParts parts() {
    return parts;
  }

  public GuestMemory memory() {
    return parts.memory();
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
}
