package dev.sealift.cli.doctor;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.cli.Failure;
import dev.sealift.cli.explain.More;
import java.lang.foreign.MemorySegment;

/** The bare system calls of a trial: what a VMM issues, with nothing between that would mend it. */
final class TrialCalls implements AutoCloseable {
  private static final int ROOM = 1 << 18;
  private static final int ALIGNMENT = 64;

  private final SystemCalls calls;
  private final int kvm;
  private final int sev;
  private final MemorySegment room;
  private long used;

  /**
   * What a call answered.
   *
   * @param result zero or more, or a negative errno
   * @param status the firmware's
   */
  record Answer(int result, int status) {

    boolean isDone() {
      return result == 0;
    }

    /** In the form that is compared. */
    String words() {
      if (result >= 0) {
        return "done";
      }
      Errno errno = Errno.of(result);
      return errno.equals(Errno.EIO)
          ? errno + ", " + FirmwareStatus.describe(status)
          : errno.name();
    }
  }

  private TrialCalls(SystemCalls calls, int kvm, int sev, MemorySegment room) {
    this.calls = calls;
    this.kvm = kvm;
    this.sev = sev;
    this.room = room;
  }

  /**
   * Opens KVM and the Secure Processor.
   *
   * @throws Failure if one of them cannot be opened
   */
  static TrialCalls open(SystemCalls calls) throws Failure {
    int kvm = device(calls, "/dev/kvm");
    int sev;
    try {
      sev = device(calls, SevDeviceExamination.NAME);
    } catch (Failure e) {
      calls.close(kvm);
      throw e;
    }
    return switch (map(calls, ROOM)) {
      case MapResult.Mapped(MemorySegment memory) -> new TrialCalls(calls, kvm, sev, memory);
      case MapResult.Refused(Errno errno) -> {
        calls.close(kvm);
        calls.close(sev);
        throw refused("mmap", errno);
      }
    };
  }

  private static int device(SystemCalls calls, String path) throws Failure {
    int fd = calls.open(path, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    if (fd < 0) {
      throw refused(path, Errno.of(fd));
    }
    return fd;
  }

  private static Failure refused(String what, Errno errno) {
    return Failure.elsewhere(
        "%s cannot be had (%s, %s), so no processor can be tried: see sealift doctor."
            .formatted(what, errno, errno.meaning()),
        More.of(what, errno, null).orElse(null));
  }

  private static MapResult map(SystemCalls calls, long bytes) {
    return calls.mmap(
        bytes,
        MapFlags.PROT_READ | MapFlags.PROT_WRITE,
        MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_POPULATE,
        -1,
        0);
  }

  /** Memory for parameters and buffers, zero, which stays until the end. */
  MemorySegment take(long bytes) {
    MemorySegment taken = room.asSlice(used, bytes);
    used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return taken;
  }

  /** The same with this content. */
  MemorySegment take(byte[] content) {
    MemorySegment taken = take(content.length);
    taken.copyFrom(MemorySegment.ofArray(content));
    return taken;
  }

  /** Memory of a guest. */
  MemorySegment guestMemory(long bytes) throws Failure {
    return switch (map(calls, bytes)) {
      case MapResult.Mapped(MemorySegment memory) -> memory;
      case MapResult.Refused(Errno errno) -> throw refused("mmap", errno);
    };
  }

  void unmap(MemorySegment memory) {
    calls.munmap(memory);
  }

  /** A new VM's descriptor, or a negative errno. */
  int createVm() {
    return calls.ioctl(kvm, KvmIoctl.CREATE_VM, 0);
  }

  void closeVm(int vm) {
    calls.close(vm);
  }

  /** Whether a VM's kernel has SEV: the command without a command. */
  Answer probe(int vm) {
    return new Answer(calls.ioctl(vm, KvmIoctl.MEMORY_ENCRYPT_OP, 0), 0);
  }

  /** Issues a command. */
  Answer issue(int vm, SevCommand command, MemorySegment params) {
    MemorySegment request = take(KvmSevCmd.LAYOUT.size());
    new KvmSevCmd(command.id(), params.address(), 0, sev).write(request);
    int result = calls.ioctl(vm, KvmIoctl.MEMORY_ENCRYPT_OP, request.address());
    return new Answer(result, KvmSevCmd.read(request).error());
  }

  /** Pins a guest's memory where it is. */
  Answer register(int vm, MemorySegment memory) {
    MemorySegment region = take(KvmEncRegion.LAYOUT.size());
    new KvmEncRegion(memory.address(), memory.byteSize()).write(region);
    return new Answer(calls.ioctl(vm, KvmIoctl.MEMORY_ENCRYPT_REG_REGION, region.address()), 0);
  }

  @Override
  public void close() {
    calls.munmap(room);
    calls.close(sev);
    calls.close(kvm);
  }
}
