package dev.sealift.kernel;

/**
 * What the kernel was told about the machine and about the process that calls it.
 *
 * @param hostEncryption SME is active: the host's own memory is encrypted, so its physical
 *     addresses carry the encryption bit
 * @param lockedMemoryLimit RLIMIT_MEMLOCK in bytes: how much memory each VM may have pinned
 * @param ipcLock CAP_IPC_LOCK: the limit does not bind
 */
public record KernelSettings(boolean hostEncryption, long lockedMemoryLimit, boolean ipcLock) {

  /** No SME, no limit. */
  public static final KernelSettings DEFAULT = new KernelSettings(false, Long.MAX_VALUE, false);
}
