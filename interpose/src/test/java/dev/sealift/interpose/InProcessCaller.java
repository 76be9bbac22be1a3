package dev.sealift.interpose;

import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.kernel.SoftwareMachine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** This process, which calls the software machine itself. */
final class InProcessCaller implements SevCaller {
  private static final int PAGE = 4096;

  private final SystemCalls calls;
  private final MemorySegment memory;
  private final MemorySegment readOnly;
  private final MemorySegment struct;

  InProcessCaller(SoftwareMachine machine) {
    calls = machine.calls();
    memory = map(MEMORY_SIZE, MapFlags.PROT_READ | MapFlags.PROT_WRITE);
    readOnly = map(PAGE, MapFlags.PROT_READ);
    struct = map(PAGE, MapFlags.PROT_READ | MapFlags.PROT_WRITE);
  }

  private MemorySegment map(long length, int protection) {
    int flags = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
    return ((MapResult.Mapped) calls.mmap(length, protection, flags, -1, 0)).memory();
  }

  @Override
  public long memory() {
    return memory.address();
  }

  @Override
  public long readOnly() {
    return readOnly.address();
  }

  @Override
  public void write(int offset, byte[] bytes) {
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
  }

  @Override
  public byte[] read() {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public int open(boolean writable) {
    return calls.open("/dev/sev", writable ? OpenFlags.O_RDWR : OpenFlags.O_RDONLY);
  }

  @Override
  public int createVm() {
    int kvm = calls.open("/dev/kvm", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    try {
      return calls.ioctl(kvm, KvmIoctl.CREATE_VM, 0);
    } finally {
      calls.close(kvm);
    }
  }

  @Override
  public int closeFile(int fd) {
    return calls.close(fd);
  }

  @Override
  public Outcome device(int fd, String name, int command, long data) {
    new SevIssueCmd(command, data, UNTOUCHED).write(struct);
    int result = calls.ioctl(fd, SevIoctl.ISSUE_CMD, struct.address());
    return new Outcome(result, SevIssueCmd.read(struct).error());
  }

  @Override
  public Outcome vm(int fd, String name, int command, long data, int sevFd) {
    new KvmSevCmd(command, data, UNTOUCHED, sevFd).write(struct);
    int result = calls.ioctl(fd, KvmIoctl.MEMORY_ENCRYPT_OP, struct.address());
    return new Outcome(result, KvmSevCmd.read(struct).error());
  }

  @Override
  public int region(int fd, boolean register, long address, long size) {
    new KvmEncRegion(address, size).write(struct);
    int request =
        register ? KvmIoctl.MEMORY_ENCRYPT_REG_REGION : KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION;
    return calls.ioctl(fd, request, struct.address());
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    return calls.ioctl(fd, request, argument);
  }

  @Override
  public void close() {
    for (MemorySegment mapped : new MemorySegment[] {memory, readOnly, struct}) {
      calls.munmap(mapped);
    }
  }
}
