package dev.sealift.kernel;

/** Which commands of KVM_MEMORY_ENCRYPT_OP the kernel serves. */
public enum KernelProfile {
  /**
   * Those of mainline Linux. SEND_UPDATE_VMSA and RECEIVE_UPDATE_VMSA have numbers there but no
   * handler, so that a SEV-ES guest cannot be migrated.
   */
  MAINLINE,

  /**
   * All that the firmware has commands for: the two for register state too, and those of {@link
   * dev.sealift.abi.sev.SevExtension}.
   */
  EXTENDED
}
