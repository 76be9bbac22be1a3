package dev.sealift.kernel;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A vCPU, as far as SEV concerns it.
 *
 * @param vm whose it is
 * @param mutex held for the length of each of its ioctls, KVM_RUN too
 */
record Vcpu(SevVirtualMachine vm, ReentrantLock mutex) {

  static Vcpu of(SevVirtualMachine vm) {
    return new Vcpu(vm, new ReentrantLock());
  }
}
