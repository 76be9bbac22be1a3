package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The answer to a command in a queue of RING_BUFFER: an entry of a StatVal ring.
 *
 * <p>Packed. Source: the interface of drivers that use the queues.
 *
 * @param status the command's status
 */
public record QueuedStatus(int status) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_statval_entry");
  private static final Field.U16 STATUS = STRUCT.u16("status");

  /** 16 bytes. */
  public static final StructLayout LAYOUT = STRUCT.reserved(14).size(16);

  /** Reads the struct from the first 16 bytes of a segment. */
  public static QueuedStatus read(MemorySegment struct) {
    return new QueuedStatus(STATUS.get(LAYOUT.check(struct)));
  }

  /** Writes the struct into the first 16 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    STATUS.set(struct, status);
  }
}
