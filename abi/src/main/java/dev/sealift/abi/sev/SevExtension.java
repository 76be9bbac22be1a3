package dev.sealift.abi.sev;

/**
 * Commands of KVM_MEMORY_ENCRYPT_OP beyond those of asm/kvm.h. No mainline kernel has them; the
 * numbers are far above those it gives out.
 *
 * <p>To find out whether a kernel has one, issue it on a SEV guest with a null {@code data}: {@code
 * -EINVAL} says that it is unknown, {@code -EFAULT} that it is there.
 */
public enum SevExtension {
  /** SEND_UPDATE_DATA for many pages, {@link KvmSevUpdateDataBatch}. */
  SEND_UPDATE_DATA_BATCH(0x5EA0),

  /** RECEIVE_UPDATE_DATA for many pages, {@link KvmSevUpdateDataBatch}. */
  RECEIVE_UPDATE_DATA_BATCH(0x5EA1);

  private final int id;

  SevExtension(int id) {
    this.id = id;
  }

  /** The number in {@code kvm_sev_cmd.id}. */
  public int id() {
    return id;
  }
}
