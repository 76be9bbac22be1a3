package dev.sealift.kernel;

/**
 * What the kernel was told about the machine and about the process that calls it.
 *
 * @param hostEncryption SME is active: the host's own memory is encrypted, so its physical
 *     addresses carry the encryption bit
 * @param lockedMemoryLimit RLIMIT_MEMLOCK in bytes: how much memory each VM may have pinned
 * @param ipcLock CAP_IPC_LOCK: the limit does not bind
 * @param profile which commands it serves
 * @param sevEs SEV-ES is offered where the processor has it (the module's parameter sev_es)
 */
public record KernelSettings(
    boolean hostEncryption,
    long lockedMemoryLimit,
    boolean ipcLock,
    KernelProfile profile,
    boolean sevEs) {

  /** No SME, no limit, the commands of mainline Linux. */
  public static final KernelSettings DEFAULT = new KernelSettings(false, Long.MAX_VALUE, false);

  /** Settings of a kernel with the commands of mainline Linux. */
  public KernelSettings(boolean hostEncryption, long lockedMemoryLimit, boolean ipcLock) {
    this(hostEncryption, lockedMemoryLimit, ipcLock, KernelProfile.MAINLINE, true);
  }

  /** The same settings with another profile. */
  public KernelSettings with(KernelProfile other) {
    return new KernelSettings(hostEncryption, lockedMemoryLimit, ipcLock, other, sevEs);
  }

  /** The same settings without SEV-ES. */
  public KernelSettings withoutSevEs() {
    return new KernelSettings(hostEncryption, lockedMemoryLimit, ipcLock, profile, false);
  }
}
