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
 * @param initOnProbe the platform is initialised when the driver finds it, not when a command needs
 *     it (the module's parameter psp_init_on_probe)
 */
public record KernelSettings(
    boolean hostEncryption,
    long lockedMemoryLimit,
    boolean ipcLock,
    KernelProfile profile,
    boolean sevEs,
    boolean initOnProbe) {

  /** No SME, no limit, the commands of mainline Linux; initialised when a command needs it. */
  public static final KernelSettings DEFAULT = new KernelSettings(false, Long.MAX_VALUE, false);

  /** Settings of a kernel with the commands of mainline Linux. */
  public KernelSettings(boolean hostEncryption, long lockedMemoryLimit, boolean ipcLock) {
    this(hostEncryption, lockedMemoryLimit, ipcLock, KernelProfile.MAINLINE, true, false);
  }

  /** The same settings with another profile. */
  public KernelSettings with(KernelProfile other) {
    return new KernelSettings(
        hostEncryption, lockedMemoryLimit, ipcLock, other, sevEs, initOnProbe);
  }

  /** The same settings without SEV-ES. */
  public KernelSettings withoutSevEs() {
    return new KernelSettings(
        hostEncryption, lockedMemoryLimit, ipcLock, profile, false, initOnProbe);
  }

  /** The same settings, with a platform that is initialised from the start, as Linux has it. */
  public KernelSettings withInitOnProbe() {
    return new KernelSettings(hostEncryption, lockedMemoryLimit, ipcLock, profile, sevEs, true);
  }
}
