package dev.sealift.interpose;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;

/**
 * The structs and ioctls of a seccomp listener.
 *
 * <p>Source: uapi linux/seccomp.h.
 */
final class SeccompStructs {
  /** SECCOMP_IOCTL_NOTIF_RECV: takes the next {@link Notif}, into zeroed memory. */
  static final int NOTIF_RECV = 0xC0502100;

  /** SECCOMP_IOCTL_NOTIF_SEND: answers by a {@link Response}. */
  static final int NOTIF_SEND = 0xC0182101;

  /** SECCOMP_IOCTL_NOTIF_ID_VALID: whether the caller of a notification (8 bytes) still waits. */
  static final int NOTIF_ID_VALID = 0x40082102;

  /** SECCOMP_USER_NOTIF_FLAG_CONTINUE of a {@link Response}: the kernel answers after all. */
  static final int CONTINUE = 1;

  private SeccompStructs() {}

  /** struct seccomp_notif with its struct seccomp_data. */
  static final class Notif {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("seccomp_notif");
    static final Field.U64 ID = STRUCT.u64("id");

    /** The calling thread; 0 if it is in no process that this one can see. */
    static final Field.U32 PID = STRUCT.u32("pid");

    static final Field.U32 FLAGS = STRUCT.u32("flags");
    static final Field.U32 NR = STRUCT.u32("nr");
    static final Field.U32 ARCH = STRUCT.u32("arch");
    static final Field.U64 INSTRUCTION_POINTER = STRUCT.u64("instruction_pointer");

    /** The first three of six arguments: of an ioctl the descriptor, its number, its argument. */
    static final Field.U64 FD = STRUCT.u64("args[0]");

    static final Field.U64 REQUEST = STRUCT.u64("args[1]");
    static final Field.U64 ARGUMENT = STRUCT.u64("args[2]");
    static final StructLayout LAYOUT = STRUCT.reserved(24).size(80);

    private Notif() {}
  }

  /** struct seccomp_notif_resp. */
  static final class Response {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("seccomp_notif_resp");
    static final Field.U64 ID = STRUCT.u64("id");

    /** What the system call returns where there is no error. */
    static final Field.U64 VAL = STRUCT.u64("val");

    /** Zero or a negative errno. */
    static final Field.U32 ERROR = STRUCT.u32("error");

    static final Field.U32 FLAGS = STRUCT.u32("flags");
    static final StructLayout LAYOUT = STRUCT.size(24);

    private Response() {}
  }
}
