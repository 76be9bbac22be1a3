package dev.sealift.vmm;

/**
 * A SEV guest as a host holds it: virtual machine, vCPU, page status and SEV context, with its
 * memory registered. It is made empty; then it is either launched or received ({@link #sev}).
 */
public final class Guest implements AutoCloseable {
  private final GuestConfiguration configuration;
  private final VirtualMachine machine;

  private Guest(GuestConfiguration configuration, VirtualMachine machine) {
    this.configuration = configuration;
    this.machine = machine;
  }

  public static Guest create(Host host, SevPlatform platform, GuestConfiguration configuration)
      throws VmmException {
    VirtualMachine machine =
        VirtualMachine.createEncrypted(
            host, platform, configuration.mode(), configuration.memoryBytes());
    try {
      machine.sev().registerMemory();
      return new Guest(configuration, machine);
    } catch (VmmException failed) {
      machine.close();
      throw failed;
    }
  }

  public GuestConfiguration configuration() {
    return configuration;
  }

  public VirtualMachine machine() {
    return machine;
  }

  public GuestMemory memory() {
    return machine.memory();
  }

  public DirtyLog dirtyLog() {
    return machine.dirtyLog();
  }

  public PageStatus pageStatus() {
    return machine.pageStatus();
  }

  /** Whether the guest says that it may be moved. */
  public MigrationControl migrationControl() {
    return machine.migrationControl();
  }

  public Vcpu vcpu() {
    return machine.vcpu();
  }

  public SevGuest sev() {
    return machine.sev();
  }

  /** Lets the guest run, for the first time or again. */
  public void run() throws VmmException {
    if (vcpu().state() instanceof Vcpu.State.Ready) {
      vcpu().start();
    } else {
      vcpu().resume();
    }
  }

  /** See {@link Vcpu#pause}. */
  public void pause() throws VmmException {
    vcpu().pause();
  }

  /** See {@link Vcpu#resume}. */
  public void resume() throws VmmException {
    vcpu().resume();
  }

  public boolean isRunning() {
    return vcpu().isRunning();
  }

  /** Ends the guest and frees everything it holds on this host. */
  @Override
  public void close() {
    machine.close();
  }
}
