package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A kernel without SEV, and without much else: anonymous memory, and VMs that do nothing. */
final class BareKernel implements SystemCalls {
  /** What CHECK_EXTENSION says of the VM types: the default one. */
  static final int VM_TYPES = 1;

  final AtomicInteger nextFd = new AtomicInteger(3);
  private final Map<Integer, String> open = new ConcurrentHashMap<>();
  private final Map<Long, Arena> mappings = new ConcurrentHashMap<>();
  final List<String> passedDown = Collections.synchronizedList(new ArrayList<>());

  /** What CHECK_EXTENSION says of anything. */
  int extensions = VM_TYPES;

  Runnable beforeClose = () -> {};
  Runnable beforeIoctl = () -> {};

  @Override
  public int open(String path, int flags) {
    return path.equals("/dev/kvm") ? opened("kvm") : Errno.ENOENT.negated();
  }

  private int opened(String what) {
    int fd = nextFd.getAndIncrement();
    open.put(fd, what);
    return fd;
  }

  @Override
  public int close(int fd) {
    beforeClose.run();
    return open.remove(fd) == null ? Errno.EBADF.negated() : 0;
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    beforeIoctl.run();
    passedDown.add(open.get(fd) + " 0x" + Integer.toHexString(request));
    return switch (open.get(fd)) {
      case null -> Errno.EBADF.negated();
      case "kvm" ->
          switch (request) {
            case KvmIoctl.CREATE_VM -> argument == 0 ? opened("vm") : Errno.EINVAL.negated();
            case KvmIoctl.CHECK_EXTENSION -> extensions;
            default -> Errno.EINVAL.negated();
          };
      case "vm" ->
          switch (request) {
            case KvmIoctl.CREATE_VCPU -> argument < 4 ? opened("vcpu") : Errno.EINVAL.negated();
            default -> Errno.ENOTTY.negated();
          };
      default -> vcpu(request);
    };
  }

  /** Registers that are all zero, and a debugger; no vCPU runs. */
  private static int vcpu(int request) {
    boolean readsState =
        Arrays.stream(VcpuBlob.values()).anyMatch(blob -> blob.getRequest() == request);
    return readsState || request == KvmIoctl.SET_GUEST_DEBUG ? 0 : Errno.EINVAL.negated();
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    if (fd != -1) {
      return new MapResult.Refused(Errno.ENODEV);
    }
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(length, 4096);
    mappings.put(memory.address(), arena);
    return new MapResult.Mapped(memory);
  }

  @Override
  public int munmap(MemorySegment mapping) {
    Arena arena = mappings.remove(mapping.address());
    if (arena == null) {
      return Errno.EINVAL.negated();
    }
    arena.close();
    return 0;
  }

  /** Takes memory away behind everybody's back. */
  void lose(MemorySegment mapping) {
    mappings.remove(mapping.address()).close();
  }
}
