package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;

/**
 * The page that KVM and the VMM share for a vCPU, as far as a small VMM reads it.
 *
 * <pre>
 *   offset  0        1                2..7      8            12..31      32
 *          +--------+----------------+---------+------------+-----------+--------------------------+
 *          | intr   | immediate_exit | padding | exit_reason| ...       | what the exit is about   |
 *          +--------+----------------+---------+------------+-----------+--------------------------+
 *
 *   io:        32 direction u8, 33 size u8, 34 port u16, 36 count u32, 40 data_offset u64 (from the page's start)
 *   hypercall: 32 nr u64, 40 args 6 x u64, 88 ret u64, 96 flags u64 (bit 0: long mode)
 *   msr:       32 error u8, 40 reason u32, 44 index u32, 48 data u64
 *   fail_entry: 32 hardware_entry_failure_reason u64, 40 cpu u32
 * </pre>
 *
 * <p>Source: linux/kvm.h, struct kvm_run.
 */
public final class KvmRun {
  /** Makes KVM_RUN come back with {@code -EINTR} before it enters the guest. */
  public static final Field.U8 IMMEDIATE_EXIT = new Field.U8("immediate_exit", 1);

  /** See {@link KvmExit}. */
  public static final Field.U32 EXIT_REASON = new Field.U32("exit_reason", 8);

  public static final Field.U8 IO_DIRECTION = new Field.U8("io.direction", 32);

  /** Bytes of one access: 1, 2 or 4. */
  public static final Field.U8 IO_SIZE = new Field.U8("io.size", 33);

  public static final Field.U16 IO_PORT = new Field.U16("io.port", 34);

  public static final Field.U32 IO_COUNT = new Field.U32("io.count", 36);

  /** Where the data is, in bytes from the start of this page. */
  public static final Field.U64 IO_DATA_OFFSET = new Field.U64("io.data_offset", 40);

  public static final Field.U64 HYPERCALL_NR = new Field.U64("hypercall.nr", 32);

  public static final Field.U64 HYPERCALL_RET = new Field.U64("hypercall.ret", 88);

  /** 1 if the guest is in 64-bit mode: the low half of the flags, of which no other is defined. */
  public static final Field.U32 HYPERCALL_LONGMODE = new Field.U32("hypercall.longmode", 96);

  /** Set by user space: the access raises #GP in the guest. */
  public static final Field.U8 MSR_ERROR = new Field.U8("msr.error", 32);

  /** Why user space is asked: one of {@code MSR_EXIT_REASON_*}. */
  public static final Field.U32 MSR_REASON = new Field.U32("msr.reason", 40);

  public static final Field.U32 MSR_INDEX = new Field.U32("msr.index", 44);

  /** What the guest writes, or what user space lets it read. */
  public static final Field.U64 MSR_DATA = new Field.U64("msr.data", 48);

  /** {@link #MSR_REASON}: the register does not take this value. */
  public static final int MSR_EXIT_REASON_INVAL = 1;

  /** {@link #MSR_REASON}: KVM does not know the register. */
  public static final int MSR_EXIT_REASON_UNKNOWN = 2;

  /** {@link #MSR_REASON}: the filter denies the access. */
  public static final int MSR_EXIT_REASON_FILTER = 4;

  /** What the CPU said when it would not enter the guest. */
  public static final Field.U64 ENTRY_FAILURE_REASON =
      new Field.U64("fail_entry.hardware_entry_failure_reason", 32);

  public static final Field.U32 ENTRY_FAILURE_CPU = new Field.U32("fail_entry.cpu", 40);

  /** {@link #IO_DIRECTION}: the guest reads a port. */
  public static final int IO_IN = 0;

  /** {@link #IO_DIRECTION}: the guest writes a port. */
  public static final int IO_OUT = 1;

  private KvmRun() {}

  /** Argument 0 to 5 of a hypercall. */
  public static Field.U64 hypercallArgument(int index) {
    return new Field.U64("hypercall.args[" + index + "]", 40 + 8 * index);
  }
}
