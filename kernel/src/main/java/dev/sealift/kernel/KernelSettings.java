package dev.sealift.kernel;

/**
 * What the kernel was told about the machine and about the process that calls it.
 *
 * @param hostEncryption SME is active: the host's own memory is encrypted, so its physical
 *     addresses carry the encryption bit
 * @param lockedMemoryLimit RLIMIT_MEMLOCK in bytes: how much memory each VM may have pinned
 * @param ipcLock CAP_IPC_LOCK: the limit does not bind
 * @param profile which commands it serves
 */
public record KernelSettings(
    boolean hostEncryption, long lockedMemoryLimit, boolean ipcLock, KernelProfile profile) {

  /** No SME, no limit, the commands of mainline Linux. */
  public static final KernelSettings DEFAULT = new KernelSettings(false, Long.MAX_VALUE, false);

  /** Settings of a kernel with the commands of mainline Linux. */
  public KernelSettings(boolean hostEncryption, long lockedMemoryLimit, boolean ipcLock) {
    this(hostEncryption, lockedMemoryLimit, ipcLock, KernelProfile.MAINLINE);
  }

  /** The same settings with another profile. */
  public KernelSettings with(KernelProfile other) {
    return new KernelSettings(hostEncryption, lockedMemoryLimit, ipcLock, other);
  }
}
