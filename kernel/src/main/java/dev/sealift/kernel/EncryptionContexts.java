package dev.sealift.kernel;

/** Which address space a VM's private accesses run in: all that KVM itself must know of SEV. */
@FunctionalInterface
public interface EncryptionContexts {

  /** The ASID of the VM behind a descriptor, or 0 if it is not encrypted. */
  int asid(int vmFd);
}
