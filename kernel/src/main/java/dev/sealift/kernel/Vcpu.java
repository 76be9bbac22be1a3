package dev.sealift.kernel;

import dev.sealift.abi.Pages;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU, as far as SEV concerns it. That of a guest with SEV-ES has a page of the kernel for its
 * registers, the VMSA; once the firmware has encrypted that, or opened a packet into it, nobody but
 * the CPU reads or sets them.
 */
final class Vcpu {
  private final SevVirtualMachine vm;
  private final int id;
  private final int fd;
  private final ReentrantLock mutex = new ReentrantLock();
  private @Nullable KernelBuffer vmsa;
  private volatile long vmsaAddress = EncryptionContexts.NO_VMSA;
  private volatile boolean stateProtected;
  private volatile boolean debugged;

  /**
   * A new vCPU.
   *
   * @param vm whose it is
   * @param id as it was passed to KVM_CREATE_VCPU
   * @param fd its descriptor
   * @param vmsa its registers; null without SEV-ES
   */
  Vcpu(SevVirtualMachine vm, int id, int fd, @Nullable KernelBuffer vmsa) {
    this.vm = vm;
    this.id = id;
    this.fd = fd;
    hold(vmsa);
  }

  SevVirtualMachine vm() {
    return vm;
  }

  int id() {
    return id;
  }

  int fd() {
    return fd;
  }

  /** Held for the length of each of its ioctls, KVM_RUN too. */
  ReentrantLock mutex() {
    return mutex;
  }

  /** Its registers in memory; null without SEV-ES. Used under the VM's lock. */
  @Nullable KernelBuffer vmsa() {
    return vmsa;
  }

  /**
   * Where the CPU finds its registers, or {@link EncryptionContexts#NO_VMSA}. Of a VM that is gone
   * it is an address without memory. Asked from any thread.
   */
  long vmsaAddress() {
    return vmsaAddress;
  }

  /** The firmware has encrypted its registers. Asked from any thread. */
  boolean isProtected() {
    return stateProtected;
  }

  void protect() {
    stateProtected = true;
  }

  /** Somebody debugs it with KVM_SET_GUEST_DEBUG. */
  boolean isDebugged() {
    return debugged;
  }

  void debugged(boolean on) {
    debugged = on;
  }

  /** Takes over another vCPU's registers, which is left without. Both are locked. */
  void takeStateFrom(Vcpu source) {
    release();
    hold(source.vmsa);
    stateProtected = source.stateProtected;
    source.vmsa = null;
    source.vmsaAddress = EncryptionContexts.NO_VMSA;
  }

  /** Frees the VMSA. */
  void release() {
    if (vmsa != null) {
      vmsa.close();
      vmsa = null;
    }
  }

  private void hold(@Nullable KernelBuffer page) {
    vmsa = page;
    if (page != null) {
      vmsaAddress = page.address();
    }
  }

  /** A page for the registers of a vCPU. */
  static KernelBuffer allocateVmsa(KernelMemory memory) throws Refusal {
    return memory.allocate(Pages.SIZE);
  }
}
