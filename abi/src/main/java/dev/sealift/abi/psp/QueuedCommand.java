package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * A command in a queue of RING_BUFFER: an entry of a CmdPtr ring.
 *
 * <p>Packed. Source: the interface of drivers that use the queues.
 *
 * @param id the command's id
 * @param flags of the command
 * @param softwareData the caller's own
 * @param buffer physical address of the command's buffer
 */
public record QueuedCommand(int id, int flags, int softwareData, long buffer) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_cmdptr_entry");
  private static final Field.U16 ID = STRUCT.u16("cmd_id");
  private static final Field.U16 FLAGS = STRUCT.u16("cmd_flags");
  private static final Field.U32 SOFTWARE_DATA = STRUCT.u32("sw_data");
  private static final Field.U64 BUFFER = STRUCT.u64("cmd_buf_ptr");

  /** 16 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(16);

  /** Reads the struct from the first 16 bytes of a segment. */
  public static QueuedCommand read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new QueuedCommand(
        ID.get(struct), FLAGS.get(struct), SOFTWARE_DATA.get(struct), BUFFER.get(struct));
  }

  /** Writes the struct into the first 16 bytes of a segment. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct);
    ID.set(struct, id);
    FLAGS.set(struct, flags);
    SOFTWARE_DATA.set(struct, softwareData);
    BUFFER.set(struct, buffer);
  }
}
