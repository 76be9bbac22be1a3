package dev.sealift.vmm;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;

/**
 * How the machine is reached: Linux itself, or a kernel in software.
 *
 * @param calls the system calls
 * @param signals the signals that interrupt a vCPU's thread
 * @param store what the kernel keeps beyond the end of this process
 */
public record Host(SystemCalls calls, ThreadSignals signals, DescriptorStore store) {

  /** A host that keeps nothing beyond the end of this process. */
  public Host(SystemCalls calls, ThreadSignals signals) {
    this(calls, signals, DescriptorStore.NONE);
  }

  /** Whether it keeps a guest beyond the end of this process: see {@link Guest#keep}. */
  public boolean keeps() {
    return !store.equals(DescriptorStore.NONE);
  }
}
