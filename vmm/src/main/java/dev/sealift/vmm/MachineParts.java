package dev.sealift.vmm;

/**
 * What of a virtual machine can outlive its VMM.
 *
 * @param vm its descriptor
 * @param vcpu the descriptor of its vCPU
 * @param memory the guest's memory
 * @param runArea what KVM and the VMM share for the vCPU
 * @param books what the VMM itself knows of the guest
 */
record MachineParts(
    Descriptor vm, Descriptor vcpu, GuestMemory memory, RunArea runArea, Books books) {}
