package dev.sealift.abi.kvm;

/**
 * Why KVM_RUN came back ({@code kvm_run.exit_reason}).
 *
 * <p>Source: linux/kvm.h.
 */
public final class KvmExit {

  /** No exit yet. */
  public static final int UNKNOWN = 0;

  /** Port input or output. */
  public static final int IO = 2;

  /** A hypercall for user space. */
  public static final int HYPERCALL = 3;

  /** The guest halted. */
  public static final int HLT = 5;

  /** Memory-mapped input or output. */
  public static final int MMIO = 6;

  /** Triple fault. */
  public static final int SHUTDOWN = 8;

  /** The processor refused to enter the guest. */
  public static final int FAIL_ENTRY = 9;

  /** A signal is pending. */
  public static final int INTR = 10;

  /** KVM could not go on. */
  public static final int INTERNAL_ERROR = 17;

  /** The guest reads a model-specific register that user space keeps. */
  public static final int X86_RDMSR = 29;

  /** The guest writes a model-specific register that user space keeps. */
  public static final int X86_WRMSR = 30;

  private KvmExit() {}
}
