package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.interpose.FuseStructs.AttrOut;
import dev.sealift.interpose.FuseStructs.InHeader;
import dev.sealift.interpose.FuseStructs.InitIn;
import dev.sealift.interpose.FuseStructs.InitOut;
import dev.sealift.interpose.FuseStructs.IoctlIn;
import dev.sealift.interpose.FuseStructs.IoctlOut;
import dev.sealift.interpose.FuseStructs.OpenIn;
import dev.sealift.interpose.FuseStructs.OpenOut;
import dev.sealift.interpose.FuseStructs.OutHeader;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntFunction;

/**
 * What the kernel's FUSE asks about a file system that is one file, /dev/sev, and what it is told.
 * Keeps no state: what an open file may is in the handle that the kernel shows again.
 *
 * <p>Source: uapi linux/fuse.h.
 */
final class FuseConversation implements ServiceThread.Service {
  /** The protocol that is spoken; every Linux since 5.4 does. */
  static final int MAJOR = 7;

  static final int MINOR = 31;

  /** Requests: enum fuse_opcode. */
  static final int FORGET = 2;

  static final int GETATTR = 3;
  static final int OPEN = 14;
  static final int READ = 15;
  static final int WRITE = 16;
  static final int STATFS = 17;
  static final int RELEASE = 18;
  static final int INIT = 26;
  static final int INTERRUPT = 36;
  static final int DESTROY = 38;
  static final int IOCTL = 39;
  static final int BATCH_FORGET = 42;

  /** FOPEN_DIRECT_IO, FOPEN_NONSEEKABLE, FOPEN_NOFLUSH: no page cache, no position, no FLUSH. */
  private static final int OPEN_FLAGS = 1 | 1 << 2 | 1 << 5;

  /** FUSE_IOCTL_COMPAT: from a 32-bit program, for whom the real driver has no ioctl. */
  private static final int IOCTL_COMPAT = 1;

  /** S_IFREG and the permissions of the real device. */
  private static final int MODE = 0100600;

  private static final int MAX_WRITE = 4096;

  /** More than any request: an ioctl's argument has less than 16 KiB. */
  private static final int REQUEST_SIZE = 32 << 10;

  private static final int HEADER = InHeader.LAYOUT.size();

  private final Linux linux;
  private final ForeignCalls calls;
  private final MemorySegment request = Arena.ofAuto().allocate(REQUEST_SIZE, Long.BYTES);
  private final MemorySegment answer = Arena.ofAuto().allocate(REQUEST_SIZE, Long.BYTES);

  FuseConversation(Linux linux, ForeignCalls calls) {
    this.linux = linux;
    this.calls = calls;
  }

  @Override
  public void answer(int fd) {
    long length = linux.descriptors().read(fd, request);
    // A request may be withdrawn while it waits; that the file system is gone, the next wait tells.
    if (length < HEADER) {
      return;
    }
    MemorySegment asked = request.asSlice(0, length);
    int size = answer(asked, answer, pid -> new ProcessMemory(linux.memory(), pid));
    if (size > 0) {
      // Refused only where nobody waits for the answer any more.
      linux.descriptors().write(fd, answer.asSlice(0, size));
    }
  }

  /**
   * Answers one request.
   *
   * @param asked the header and the body
   * @param answer where the answer goes
   * @param processes the memory of a process by its id
   * @return the answer's bytes; 0 if the kernel wants none
   */
  int answer(MemorySegment asked, MemorySegment answer, IntFunction<UserMemory> processes) {
    int opcode = InHeader.OPCODE.get(asked);
    if (opcode == FORGET || opcode == BATCH_FORGET || opcode == INTERRUPT) {
      return 0;
    }
    int header = OutHeader.LAYOUT.size();
    answer.asSlice(0, header + AttrOut.LAYOUT.size()).fill((byte) 0);
    MemorySegment in = asked.asSlice(HEADER);
    MemorySegment out = answer.asSlice(header);
    int result =
        switch (opcode) {
          case INIT -> in.byteSize() < InitIn.LAYOUT.size() ? shortRequest() : init(in, out);
          case GETATTR -> attributes(out);
          case OPEN -> in.byteSize() < OpenIn.LAYOUT.size() ? shortRequest() : open(in, out);
          case IOCTL ->
              in.byteSize() < IoctlIn.LAYOUT.size()
                  ? shortRequest()
                  : ioctl(processes.apply(InHeader.PID.get(asked)), in, out);
          case STATFS -> FuseStructs.STATFS_OUT_SIZE;
          case RELEASE, DESTROY -> 0;
          // The real device has neither.
          case READ, WRITE -> Errno.EINVAL.negated();
          // FLUSH among them: told so once, the kernel closes files without asking.
          default -> Errno.ENOSYS.negated();
        };
    int size = header + Math.max(result, 0);
    OutHeader.LEN.set(answer, size);
    OutHeader.ERROR.set(answer, Math.min(result, 0));
    OutHeader.UNIQUE.set(answer, InHeader.UNIQUE.get(asked));
    return size;
  }

  private static int shortRequest() {
    return Errno.EIO.negated();
  }

  private static int init(MemorySegment in, MemorySegment out) {
    if (InitIn.MAJOR.get(in) != MAJOR || InitIn.MINOR.get(in) < MINOR) {
      return Errno.EOPNOTSUPP.negated();
    }
    InitOut.MAJOR.set(out, MAJOR);
    InitOut.MINOR.set(out, MINOR);
    InitOut.MAX_WRITE.set(out, MAX_WRITE);
    return InitOut.LAYOUT.size();
  }

  private static int attributes(MemorySegment out) {
    AttrOut.ATTR_VALID.set(out, 1);
    AttrOut.INO.set(out, 1);
    AttrOut.MODE.set(out, MODE);
    AttrOut.NLINK.set(out, 1);
    return AttrOut.LAYOUT.size();
  }

  private static int open(MemorySegment in, MemorySegment out) {
    OpenOut.FH.set(out, OpenFlags.isWritable(OpenIn.FLAGS.get(in)) ? 1 : 0);
    OpenOut.OPEN_FLAGS.set(out, OPEN_FLAGS);
    return OpenOut.LAYOUT.size();
  }

  private int ioctl(UserMemory caller, MemorySegment in, MemorySegment out) {
    int inHeader = IoctlIn.LAYOUT.size();
    int outHeader = IoctlOut.LAYOUT.size();
    long inSize = IoctlIn.IN_SIZE.getUnsigned(in);
    long outSize = IoctlIn.OUT_SIZE.getUnsigned(in);
    if (inSize > in.byteSize() - inHeader || outSize > out.byteSize() - outHeader) {
      return shortRequest();
    }
    if ((IoctlIn.FLAGS.get(in) & IOCTL_COMPAT) != 0) {
      return Errno.ENOTTY.negated();
    }
    long address = IoctlIn.ARG.get(in);
    IoctlArgument memory =
        new IoctlArgument(
            caller, address, in.asSlice(inHeader, inSize), out.asSlice(outHeader, outSize));
    boolean writable = IoctlIn.FH.get(in) != 0;
    int result = calls.ioctl(memory, writable, IoctlIn.CMD.get(in), address);
    if (result < 0 && !memory.isWritten()) {
      return result;
    }
    IoctlOut.RESULT.set(out, result);
    return (int) (outHeader + (memory.isWritten() ? outSize : 0));
  }
}
