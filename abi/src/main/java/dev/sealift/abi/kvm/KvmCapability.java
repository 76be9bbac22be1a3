package dev.sealift.abi.kvm;

/**
 * Capability numbers for KVM_CHECK_EXTENSION and KVM_ENABLE_CAP.
 *
 * <p>Source: linux/kvm.h.
 */
public final class KvmCapability {

  /**
   * Bounce the guest's accesses to model-specific registers to user space; argument 0 is a mask of
   * {@link KvmRun} {@code MSR_EXIT_REASON_*}.
   */
  public static final int X86_USER_SPACE_MSR = 188;

  /** Say which model-specific registers the guest may reach ({@link KvmMsrFilter}). */
  public static final int X86_MSR_FILTER = 189;

  /** Make a VM that shares the encryption context of another. */
  public static final int VM_COPY_ENC_CONTEXT_FROM = 197;

  /** Bounce hypercalls to user space; argument 0 is a mask of hypercall numbers. */
  public static final int EXIT_HYPERCALL = 201;

  /** Take the encryption context of another VM of this host. */
  public static final int VM_MOVE_ENC_CONTEXT_FROM = 206;

  private KvmCapability() {}
}
