package dev.sealift.vmm;

import dev.sealift.abi.kvm.KvmRegs;
import java.util.Optional;

/**
 * A virtual processor: a thread of its own in KVM_RUN, which any other thread can stop and start.
 *
 * <p>Its registers can be read and written while it stands still: before {@link #start}, while
 * paused, after its end, and from a {@link PortDevice}.
 */
public final class Vcpu {
  private final VcpuRegisters registers;
  private final VcpuThread thread;

  private Vcpu(VcpuRegisters registers, VcpuThread thread) {
    this.registers = registers;
    this.thread = thread;
  }

  static Vcpu of(Host host, MachineParts parts, CallMemory callMemory, GuestRequests requests) {
    VcpuRegisters registers = new VcpuRegisters(parts.vcpu(), callMemory);
    VcpuExits exits = new VcpuExits(parts.runArea(), registers, requests, parts.books());
    return new Vcpu(registers, new VcpuThread(host, parts, callMemory, exits));
  }

  /** Where a vCPU is in its life. */
  public sealed interface State {

    /** Not started yet. */
    record Ready() implements State {}

    /** Its thread runs the guest. */
    record Running() implements State {}

    /**
     * Its thread waits outside KVM_RUN; every exit is completed. One that was taken up from a VMM
     * that was killed has no thread yet, and completes its last exit when it is next paused,
     * resumed or looked into.
     */
    record Paused() implements State {}

    /** Its thread was told to end. */
    record Stopped() implements State {}

    /**
     * The guest ended by itself.
     *
     * @param reason what it did, as the end of a sentence
     */
    record Ended(String reason) implements State {}
  }

  public State state() {
    return thread.state();
  }

  public boolean isRunning() {
    return state() instanceof State.Running;
  }

  /** Why the guest ended by itself, if it did. */
  public Optional<String> failure() {
    return state() instanceof State.Ended(String reason) ? Optional.of(reason) : Optional.empty();
  }

  /**
   * Starts the thread; the guest runs.
   *
   * @throws IllegalStateException if it was started before
   */
  public void start() throws VmmException {
    thread.start();
  }

  /**
   * Stops the guest where it is, and returns when its thread is out of KVM_RUN with every exit
   * completed, so that its state is whole. Does nothing unless it runs.
   *
   * @throws VmmException if the guest has ended by itself
   * @throws IllegalStateException on the vCPU's own thread, which cannot wait for itself
   */
  public void pause() throws VmmException {
    thread.pause();
  }

  /**
   * Lets a paused guest run on. Does nothing if it runs.
   *
   * @throws VmmException if the guest has ended by itself
   * @throws IllegalStateException if it was not started, or was stopped
   */
  public void resume() throws VmmException {
    thread.resume();
  }

  /** Ends the thread; nothing of the guest runs after that. */
  public void stop() {
    thread.stop();
  }

  /**
   * Reads the whole state.
   *
   * @throws IllegalStateException while the guest runs
   */
  public VcpuState save() throws VmmException {
    return thread.whileStill(registers::save);
  }

  /**
   * Reads what KVM keeps of a vCPU whose registers are encrypted (SEV-ES): the registers themselves
   * are only in {@link SendSession#updateVmsa packets}.
   *
   * @throws IllegalStateException while the guest runs
   */
  public VcpuState saveBesideRegisters() throws VmmException {
    return thread.whileStill(registers::saveBesideRegisters);
  }

  /**
   * Writes a state, the whole or what is beside the registers.
   *
   * @throws IllegalStateException while the guest runs
   */
  public void restore(VcpuState state) throws VmmException {
    thread.whileStill(() -> {
      registers.restore(state);
      return state;
    });
  }

  /**
   * Reads the general registers.
   *
   * @throws IllegalStateException while the guest runs
   */
  public KvmRegs registers() throws VmmException {
    return thread.whileStill(registers::read);
  }

  /**
   * Writes the general registers.
   *
   * @throws IllegalStateException while the guest runs
   */
  public void setRegisters(KvmRegs values) throws VmmException {
    thread.whileStill(() -> {
      registers.write(values);
      return values;
    });
  }

  /**
   * Sets the special registers for 64-bit code in ring 0 under these page tables and with this
   * descriptor table, whose first descriptors are: none, code and data of ring 0, code and data of
   * ring 3.
   *
   * @param pageTableRoot guest physical address of the PML4 table
   * @param descriptorTable guest physical address of the global descriptor table
   * @throws IllegalStateException while the guest runs
   */
  public void enterLongMode(long pageTableRoot, long descriptorTable) throws VmmException {
    thread.whileStill(() -> {
      registers.enterLongMode(pageTableRoot, descriptorTable);
      return pageTableRoot;
    });
  }
}
