package dev.sealift.kernel;

/** Serves one command of KVM_MEMORY_ENCRYPT_OP, under the VM's lock. */
@FunctionalInterface
interface SevHandler {

  /** Returns zero or a negative errno; a refusal is the same as returning its errno. */
  int handle(SevVirtualMachine vm, SevCall call) throws Refusal;
}
