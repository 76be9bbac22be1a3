package dev.sealift.abi.kvm;

/**
 * The hypercall by which a guest announces which of its pages are private and which shared.
 *
 * <p>Registers: rax the number, rbx the guest physical address, rcx the count of 4 KiB pages, rdx
 * the attributes; the result comes back in rax. Source: the kernel's documentation of KVM
 * hypercalls.
 */
public final class Hypercall {

  /** KVM_HC_MAP_GPA_RANGE. */
  public static final int MAP_GPA_RANGE = 12;

  /** Set: the range is private (encrypted); clear: shared. */
  public static final int ATTRIBUTE_ENCRYPTED = 16;

  /** Asked from outside ring 0. */
  public static final int KVM_EPERM = 1;

  /** The range is not page aligned, empty, or wraps. */
  public static final int KVM_EINVAL = 22;

  /** Nobody serves this hypercall. */
  public static final int KVM_ENOSYS = 1000;

  private Hypercall() {}
}
