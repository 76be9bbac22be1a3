package dev.sealift.interpose;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;

/**
 * The structs of the FUSE protocol that a single regular file needs. Requests begin with {@link
 * InHeader}, answers with {@link OutHeader}; the body follows.
 *
 * <p>Source: uapi linux/fuse.h, version 7.31.
 */
final class FuseStructs {

  private FuseStructs() {}

  /** struct fuse_in_header. */
  static final class InHeader {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_in_header");
    static final Field.U32 LEN = STRUCT.u32("len");
    static final Field.U32 OPCODE = STRUCT.u32("opcode");
    static final Field.U64 UNIQUE = STRUCT.u64("unique");
    static final Field.U64 NODEID = STRUCT.u64("nodeid");
    static final Field.U32 UID = STRUCT.u32("uid");
    static final Field.U32 GID = STRUCT.u32("gid");

    /** The calling thread; 0 if it is in no process that this one can see. */
    static final Field.U32 PID = STRUCT.u32("pid");

    static final StructLayout LAYOUT = STRUCT.reserved(4).size(40);

    private InHeader() {}
  }

  /** struct fuse_out_header. */
  static final class OutHeader {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_out_header");
    static final Field.U32 LEN = STRUCT.u32("len");
    static final Field.U32 ERROR = STRUCT.u32("error");
    static final Field.U64 UNIQUE = STRUCT.u64("unique");
    static final StructLayout LAYOUT = STRUCT.size(16);

    private OutHeader() {}
  }

  /** struct fuse_init_in, of which later versions have more. */
  static final class InitIn {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_init_in");
    static final Field.U32 MAJOR = STRUCT.u32("major");
    static final Field.U32 MINOR = STRUCT.u32("minor");
    static final Field.U32 MAX_READAHEAD = STRUCT.u32("max_readahead");
    static final Field.U32 FLAGS = STRUCT.u32("flags");
    static final StructLayout LAYOUT = STRUCT.size(16);

    private InitIn() {}
  }

  /** struct fuse_init_out. */
  static final class InitOut {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_init_out");
    static final Field.U32 MAJOR = STRUCT.u32("major");
    static final Field.U32 MINOR = STRUCT.u32("minor");
    static final Field.U32 MAX_READAHEAD = STRUCT.u32("max_readahead");
    static final Field.U32 FLAGS = STRUCT.u32("flags");
    static final Field.U16 MAX_BACKGROUND = STRUCT.u16("max_background");
    static final Field.U16 CONGESTION_THRESHOLD = STRUCT.u16("congestion_threshold");
    static final Field.U32 MAX_WRITE = STRUCT.u32("max_write");
    static final Field.U32 TIME_GRAN = STRUCT.u32("time_gran");
    static final StructLayout LAYOUT = STRUCT.reserved(36).size(64);

    private InitOut() {}
  }

  /** struct fuse_attr_out with its struct fuse_attr. */
  static final class AttrOut {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_attr_out");

    /** Seconds for which the kernel need not ask again. */
    static final Field.U64 ATTR_VALID = STRUCT.u64("attr_valid");

    static final Field.U32 ATTR_VALID_NSEC = STRUCT.u32("attr_valid_nsec");
    static final Field.U32 DUMMY = STRUCT.u32("dummy");
    static final Field.U64 INO = STRUCT.u64("ino");
    private static final int SIZE_TO_CTIMENSEC = 5 * Long.BYTES + 3 * Integer.BYTES;
    static final Field.U32 MODE;
    static final Field.U32 NLINK;
    static final StructLayout LAYOUT;

    static {
      STRUCT.reserved(SIZE_TO_CTIMENSEC);
      MODE = STRUCT.u32("mode");
      NLINK = STRUCT.u32("nlink");
      // uid, gid and rdev are zero, blksize and flags are the kernel's own choice.
      LAYOUT = STRUCT.reserved(5 * Integer.BYTES).size(104);
    }

    private AttrOut() {}
  }

  /** struct fuse_open_in. */
  static final class OpenIn {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_open_in");

    /** As of open(2). */
    static final Field.U32 FLAGS = STRUCT.u32("flags");

    static final StructLayout LAYOUT = STRUCT.reserved(4).size(8);

    private OpenIn() {}
  }

  /** struct fuse_open_out. */
  static final class OpenOut {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_open_out");

    /** A number of our own, which the kernel shows with every request on the open file. */
    static final Field.U64 FH = STRUCT.u64("fh");

    static final Field.U32 OPEN_FLAGS = STRUCT.u32("open_flags");
    static final StructLayout LAYOUT = STRUCT.reserved(4).size(16);

    private OpenOut() {}
  }

  /** struct fuse_ioctl_in; the argument's bytes follow, as many as its number says. */
  static final class IoctlIn {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_ioctl_in");
    static final Field.U64 FH = STRUCT.u64("fh");
    static final Field.U32 FLAGS = STRUCT.u32("flags");
    static final Field.U32 CMD = STRUCT.u32("cmd");
    static final Field.U64 ARG = STRUCT.u64("arg");
    static final Field.U32 IN_SIZE = STRUCT.u32("in_size");
    static final Field.U32 OUT_SIZE = STRUCT.u32("out_size");
    static final StructLayout LAYOUT = STRUCT.size(32);

    private IoctlIn() {}
  }

  /** struct fuse_ioctl_out; the bytes that go back into the argument follow. */
  static final class IoctlOut {
    private static final StructLayout.Builder STRUCT = StructLayout.natural("fuse_ioctl_out");

    /** What ioctl(2) returns: the bytes go back even where it is a negative errno. */
    static final Field.U32 RESULT = STRUCT.u32("result");

    static final StructLayout LAYOUT = STRUCT.reserved(12).size(16);

    private IoctlOut() {}
  }

  /** struct fuse_statfs_out: bytes, all zero. */
  static final int STATFS_OUT_SIZE = 80;
}
