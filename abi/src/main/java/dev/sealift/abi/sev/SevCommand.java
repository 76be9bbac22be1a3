package dev.sealift.abi.sev;

import org.jspecify.annotations.Nullable;

/**
 * A command of KVM_MEMORY_ENCRYPT_OP (KVM_SEV_*).
 *
 * <p>Source: asm/kvm.h, enum sev_cmd_id.
 */
public enum SevCommand {
  INIT(0),
  ES_INIT(1),
  LAUNCH_START(2),
  LAUNCH_UPDATE_DATA(3),
  LAUNCH_UPDATE_VMSA(4),
  LAUNCH_SECRET(5),
  LAUNCH_MEASURE(6),
  LAUNCH_FINISH(7),
  SEND_START(8),
  SEND_UPDATE_DATA(9),
  SEND_UPDATE_VMSA(10),
  SEND_FINISH(11),
  RECEIVE_START(12),
  RECEIVE_UPDATE_DATA(13),
  RECEIVE_UPDATE_VMSA(14),
  RECEIVE_FINISH(15),
  GUEST_STATUS(16),
  DBG_DECRYPT(17),
  DBG_ENCRYPT(18),
  CERT_EXPORT(19),
  GET_ATTESTATION_REPORT(20),
  SEND_CANCEL(21),
  INIT2(22),
  SNP_LAUNCH_START(100),
  SNP_LAUNCH_UPDATE(101),
  SNP_LAUNCH_FINISH(102);

  private final int id;

  SevCommand(int id) {
    this.id = id;
  }

  /** The number in {@code kvm_sev_cmd.id}. */
  public int id() {
    return id;
  }

  /** The one with this number, or null where there is none. */
  public static @Nullable SevCommand of(int id) {
    for (SevCommand value : values()) {
      if (value.id == id) {
        return value;
      }
    }
    return null;
  }
}
