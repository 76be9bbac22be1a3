package dev.sealift.vmm;

/**
 * A device behind a port. It is called on the vCPU's thread, with the guest standing still at the
 * instruction, so it may read the guest's registers and memory.
 */
public interface PortDevice {

  /** What the guest reads; its low bytes if it reads fewer than four. */
  int read() throws VmmException;

  /** What the guest writes, zero-extended. */
  void write(int value) throws VmmException;
}
