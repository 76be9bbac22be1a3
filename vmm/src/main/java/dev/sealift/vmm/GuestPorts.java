package dev.sealift.vmm;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The ports of a guest and the devices behind them. A port without a device behaves as an empty bus
 * does: it reads as all ones and swallows what is written.
 */
public final class GuestPorts {

  /**
   * Writing it is a hypercall: rax, rbx, rcx and rdx as {@link dev.sealift.abi.kvm.Hypercall} has
   * them, the answer in rax after the instruction. For guests that cannot reach the VMM by {@code
   * vmmcall}: those that run outside ring 0.
   */
  public static final int HYPERCALL = 0xE0;

  /** A guest program reads here what to do next. */
  public static final int COMMAND = 0xE4;

  /** A guest program says here what it has shown. */
  public static final int REVEAL = 0xE8;

  /** A guest that cannot go on writes why, and ends. */
  public static final int PANIC = 0xEC;

  /** A guest program writes here how many batches of work it has done, before it asks. */
  public static final int PROGRESS = 0xF0;

  /**
   * MSR_KVM_MIGRATION_CONTROL ({@link MigrationControl}) for guests outside ring 0, which cannot
   * reach a model-specific register: 32 bits, read and written as the register is.
   */
  public static final int MIGRATION_CONTROL = 0xF4;

  private static final int EMPTY_BUS = -1;

  private final ConcurrentHashMap<Integer, PortDevice> devices = new ConcurrentHashMap<>();

  GuestPorts() {}

  /** Puts a device behind a port, in place of any that is there. */
  public void attach(int port, PortDevice device) {
    devices.put(port, device);
  }

  /** Leaves a port without a device. */
  public void detach(int port) {
    devices.remove(port);
  }

  int read(int port) throws VmmException {
    PortDevice device = devices.get(port);
    return device == null ? EMPTY_BUS : device.read();
  }

  void write(int port, int value) throws VmmException {
    PortDevice device = devices.get(port);
    if (device != null) {
      device.write(value);
    }
  }
}
