package dev.sealift.kernel;

/**
 * Which address space a VM's private accesses run in, and where the CPU finds a vCPU's encrypted
 * registers: all that KVM itself must know of SEV.
 */
@FunctionalInterface
public interface EncryptionContexts {

  /** What {@link #vmsa} says of a vCPU without SEV-ES. */
  long NO_VMSA = -1;

  /** The ASID of the VM behind a descriptor, or 0 if it is not encrypted. */
  int asid(int vmFd);

  /**
   * The system physical address of the VMSA of the vCPU behind a descriptor, or {@link #NO_VMSA} if
   * its registers are KVM's.
   */
  default long vmsa(int vcpuFd) {
    return NO_VMSA;
  }
}
