package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The argument of SEV_ISSUE_CMD on /dev/sev.
 *
 * <p>Source: uapi linux/psp-sev.h (packed).
 *
 * @param cmd the command, {@link SevDeviceCommand}
 * @param data user address of the command's parameters
 * @param error out: the firmware's status
 */
public record SevIssueCmd(int cmd, long data, int error) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_issue_cmd");
  private static final Field.U32 CMD = STRUCT.u32("cmd");
  private static final Field.U64 DATA = STRUCT.u64("data");
  private static final Field.U32 ERROR = STRUCT.u32("error");

  /** 16 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(16);

  /** Reads the struct from the first 16 bytes of a segment. */
  public static SevIssueCmd read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SevIssueCmd(CMD.get(struct), DATA.get(struct), ERROR.get(struct));
  }

  /** Writes the struct into the first 16 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    CMD.set(struct, cmd);
    DATA.set(struct, data);
    ERROR.set(struct, error);
  }
}
