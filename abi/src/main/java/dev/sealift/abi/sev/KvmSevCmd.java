package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The argument of KVM_MEMORY_ENCRYPT_OP: which command, its parameters, and where the firmware's
 * status comes back.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param id the command, {@link SevCommand}
 * @param data user address of the command's parameters
 * @param error out: the firmware's status if it was asked, else as the caller left it
 * @param sevFd a descriptor of /dev/sev
 */
public record KvmSevCmd(int id, long data, int error, int sevFd) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_cmd");
  private static final Field.U32 ID = STRUCT.u32("id");
  private static final Field.U64 DATA = STRUCT.u64("data");
  private static final Field.U32 ERROR = STRUCT.u32("error");
  private static final Field.U32 SEV_FD = STRUCT.u32("sev_fd");

  /** 24 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(24);

  /** Reads the struct from the first 24 bytes of a segment. */
  public static KvmSevCmd read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevCmd(ID.get(struct), DATA.get(struct), ERROR.get(struct), SEV_FD.get(struct));
  }

  /** Writes the struct into the first 24 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    ID.set(struct, id);
    DATA.set(struct, data);
    ERROR.set(struct, error);
    SEV_FD.set(struct, sevFd);
  }
}
