package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of RING_BUFFER: where the two queues of commands lie.
 *
 * <p>Physical addresses; packed. Source: AMD's sev-tool, sevapi.h.
 *
 * @param qLoCmdPtr the commands of the low-priority queue, a ring of {@link QueuedCommand}
 * @param qLoStatVal their answers, a ring of {@link QueuedStatus}
 * @param qHiCmdPtr the commands of the high-priority queue
 * @param qHiStatVal their answers
 * @param qLoSize size of each ring of the low-priority queue, in pages of 4 KiB
 * @param qHiSize size of each ring of the high-priority queue, in pages of 4 KiB
 * @param qLoThreshold length of the low-priority queue below which an interrupt may be raised
 * @param qHiThreshold the same of the high-priority queue
 * @param flags {@link #INT_ON_EMPTY}; the other bits are reserved
 */
public record RingBufferBuffer(
    long qLoCmdPtr,
    long qLoStatVal,
    long qHiCmdPtr,
    long qHiStatVal,
    int qLoSize,
    int qHiSize,
    int qLoThreshold,
    int qHiThreshold,
    int flags) {

  /** Flag: an interrupt is wanted when both queues are empty. */
  public static final int INT_ON_EMPTY = 1;

  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_ring_buffer");
  private static final Field.U64 Q_LO_CMD_PTR = STRUCT.u64("q_lo_cmd_ptr");
  private static final Field.U64 Q_LO_STAT_VAL = STRUCT.u64("q_lo_stat_val");
  private static final Field.U64 Q_HI_CMD_PTR = STRUCT.u64("q_hi_cmd_ptr");
  private static final Field.U64 Q_HI_STAT_VAL = STRUCT.u64("q_hi_stat_val");
  private static final Field.U8 Q_LO_SIZE = STRUCT.u8("q_lo_size");
  private static final Field.U8 Q_HI_SIZE = STRUCT.u8("q_hi_size");
  private static final Field.U16 Q_LO_THRESHOLD = STRUCT.u16("q_lo_threshold");
  private static final Field.U16 Q_HI_THRESHOLD = STRUCT.u16("q_hi_threshold");
  private static final Field.U16 FLAGS = STRUCT.u16("flags");

  /** 40 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(40);

  /** Reads the struct from the first 40 bytes of a segment. */
  public static RingBufferBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new RingBufferBuffer(
        Q_LO_CMD_PTR.get(struct),
        Q_LO_STAT_VAL.get(struct),
        Q_HI_CMD_PTR.get(struct),
        Q_HI_STAT_VAL.get(struct),
        Q_LO_SIZE.get(struct),
        Q_HI_SIZE.get(struct),
        Q_LO_THRESHOLD.get(struct),
        Q_HI_THRESHOLD.get(struct),
        FLAGS.get(struct));
  }

  /** Writes the struct into the first 40 bytes of a segment. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct);
    Q_LO_CMD_PTR.set(struct, qLoCmdPtr);
    Q_LO_STAT_VAL.set(struct, qLoStatVal);
    Q_HI_CMD_PTR.set(struct, qHiCmdPtr);
    Q_HI_STAT_VAL.set(struct, qHiStatVal);
    Q_LO_SIZE.set(struct, qLoSize);
    Q_HI_SIZE.set(struct, qHiSize);
    Q_LO_THRESHOLD.set(struct, qLoThreshold);
    Q_HI_THRESHOLD.set(struct, qHiThreshold);
    FLAGS.set(struct, flags);
  }
}
