package dev.sealift.interpose;

import dev.sealift.kernel.ForeignCaller;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A process whose ioctls are stopped, as the kernel in software sees it. What it has mapped is
 * looked up once a call.
 */
final class SupervisedProcess implements ForeignCaller {
  private final int pid;
  private final ForeignFiles files;
  private final String device;
  private final NotifierMemory memory;
  private BooleanSupplier waits = () -> false;
  private @Nullable ProcessMaps maps;

  /**
   * @param pid the process, none of its threads
   * @param device the name of /dev/sev where the process sees it
   */
  SupervisedProcess(Linux linux, int pid, String device) {
    this.pid = pid;
    this.files = new ForeignFiles(linux);
    this.device = device;
    this.memory =
        new NotifierMemory(new ProcessMemory(linux.memory(), pid), () -> waits.getAsBoolean());
  }

  int pid() {
    return pid;
  }

  /** One of its threads calls. */
  void calls(StoppedCall call) {
    waits = call.waits();
    maps = null;
  }

  /** One of its threads has called and is kept from going on. */
  void stands() {
    waits = () -> true;
    maps = null;
  }

  @Override
  public boolean read(long address, MemorySegment into) {
    return memory.read(address, into);
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    return memory.write(address, from);
  }

  @Override
  public long mappedBytes(long address, Access access) {
    ProcessMaps known = maps;
    if (known == null) {
      known = ProcessMaps.of(pid);
      maps = known;
    }
    return known.bytes(address, access);
  }

  @Override
  public boolean hasSevOpen(int fd) {
    return files.flags(pid, fd) >= 0 && ForeignFiles.name(pid, fd).equals(device);
  }
}
