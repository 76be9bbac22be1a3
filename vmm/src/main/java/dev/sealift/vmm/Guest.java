package dev.sealift.vmm;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SEV guest as a host holds it: virtual machine, vCPU, page status and SEV context, with its
 * memory registered. It is made empty; then it is either launched or received ({@link #sev}).
 *
 * <p>Where the host can do that ({@link Host#keeps}), a guest that is {@link #keep kept} outlives
 * this process, and another one {@link #adopt adopts} it.
 */
public final class Guest implements AutoCloseable {
  private final GuestConfiguration configuration;
  private final VirtualMachine machine;
  private @Nullable String keptAs;

  private Guest(GuestConfiguration configuration, VirtualMachine machine, @Nullable String keptAs) {
    this.configuration = configuration;
    this.machine = machine;
    this.keptAs = keptAs;
  }

  public static Guest create(Host host, SevPlatform platform, GuestConfiguration configuration)
      throws VmmException {
    VirtualMachine machine =
        VirtualMachine.createEncrypted(
            host, platform, configuration.mode(), configuration.memoryBytes());
    try {
      machine.sev().registerMemory();
      return new Guest(configuration, machine, null);
    } catch (VmmException failed) {
      machine.close();
      throw failed;
    }
  }

  /** The names under which a host keeps something, guests of this process among them. */
  public static List<String> kept(Host host) {
    return host.store().names();
  }

  /**
   * Takes up a guest that a process left behind which was killed or ended. It stands still, as
   * {@link Vcpu.State.Ready}, Paused or Stopped: {@link #run} lets it go on. What its program talks
   * to must be attached to its {@link VirtualMachine#ports ports} before that. It stays kept under
   * this name.
   *
   * <p>The caller must know that no other process runs this guest.
   *
   * @param name as it was given to {@link #keep}
   * @throws VmmException if the host keeps no such guest, or what it keeps is damaged; that stays
   *     kept
   */
  public static Guest adopt(Host host, SevPlatform platform, String name) throws VmmException {
    KeptGuest kept = KeptGuest.find(host, name);
    VirtualMachine machine = VirtualMachine.takeUp(host, platform, kept.device(), kept.parts());
    return new Guest(kept.configuration(), machine, name);
  }

  /**
   * Ends what a host keeps under a name, whole or damaged, and frees it. It must not be that of a
   * guest which this process holds: {@link #close} ends that.
   *
   * @throws VmmException if the host keeps nothing under that name
   */
  public static void discard(Host host, String name) throws VmmException {
    KeptGuest.discard(host, name);
  }

  /**
   * From here on the guest outlives this process, as it is at any moment. It has one name: the last
   * that it was given.
   *
   * @param name up to {@link dev.sealift.abi.DescriptorStore#MOST_NAME} bytes of UTF-8; what the
   *     host kept under it before is no longer
   * @throws VmmException if the host keeps nothing ({@link Host#keeps}), or no more
   */
  public synchronized void keep(String name) throws VmmException {
    Host host = machine.host();
    new KeptGuest(configuration, machine.sev().device(), machine.parts()).keep(host, name);
    if (keptAs != null && !keptAs.equals(name)) {
      host.store().forget(keptAs);
    }
    keptAs = name;
  }

  /** The name under which it is kept, if it is. */
  public synchronized Optional<String> keptAs() {
    return Optional.ofNullable(keptAs);
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

  /**
   * Whether the guest was last told to run, in this process or by the one it was taken up from: to
   * know, of an adopted guest, whether it ran when that one was killed.
   */
  public boolean isMeantToRun() {
    return machine.parts().books().wish() == VcpuWish.RUN;
  }

  /** Ends the guest and frees everything it holds on this host; it is kept no longer. */
  @Override
  public synchronized void close() {
    if (keptAs != null) {
      // First: who is killed after this has nothing left to take up.
      machine.host().store().forget(keptAs);
      keptAs = null;
    }
    machine.close();
  }
}
