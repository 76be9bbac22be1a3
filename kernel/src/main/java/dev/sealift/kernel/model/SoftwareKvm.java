package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.firmware.MemoryController;
import dev.sealift.firmware.WorldSwitch;
import dev.sealift.kernel.EncryptionContexts;
import dev.sealift.kernel.MemorySource;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The model host's kernel below the SEV layer: /dev/kvm, memory and signals of one process, all in
 * software, with the answers of Linux. A guest is a {@link GuestProgram}: KVM_RUN fetches the bytes
 * at the page of rip, through the guest's key if it has one, and does the steps of the program
 * whose signature they are. Bytes that are no program's end in KVM_EXIT_SHUTDOWN, as does every
 * fault of a program. Where a vCPU has a VMSA, KVM_RUN takes the registers from there and leaves
 * them there; a VMSA that the CPU does not accept ends in KVM_EXIT_FAIL_ENTRY.
 *
 * <p>What there is not: an interrupt controller, timers, MMIO, read-only slots, dirty rings, more
 * than one address space; an ioctl for them is refused as by a kernel without them.
 * KVM_GET_SUPPORTED_CPUID lists KVM's own two functions and nothing of a CPU. A private mapping of
 * a vCPU and mappings beyond the end of what they map are {@code -EINVAL}.
 *
 * <p>Safe for use by many threads. Signals, the closing of descriptors and changes of memory slots
 * take effect between two steps of a program, so its longest step is the longest that they wait.
 *
 * <p>Source: the kernel's documentation of the KVM API; mmap(2), signal(7).
 */
public final class SoftwareKvm implements SystemCalls, ThreadSignals {
  private final ModelMachine machine;
  private final AnonymousMemory memory;

  /** A host without VMs, whose memory is this process's own. */
  public SoftwareKvm(
      UserMemory user,
      MemoryController controller,
      WorldSwitch worldSwitch,
      EncryptionContexts contexts,
      List<GuestProgram> programs) {
    this(MemorySource.PRIVATE, user, controller, worldSwitch, contexts, programs);
  }

  /**
   * A host without VMs.
   *
   * @param source where the memory comes from that {@link #mmap} returns
   * @param user the calling process's memory; whoever stands above enters what {@link #mmap}
   *     returns, and takes it out again before {@link #munmap}
   * @param controller the way from the system physical addresses of that memory to DRAM
   * @param worldSwitch the way into guests whose registers are encrypted
   * @param contexts which VM is encrypted, asked before each step; and where the registers of a
   *     vCPU are, asked by each KVM_RUN
   * @param programs what guests can run, each with a signature of its own
   */
  public SoftwareKvm(
      MemorySource source,
      UserMemory user,
      MemoryController controller,
      WorldSwitch worldSwitch,
      EncryptionContexts contexts,
      List<GuestProgram> programs) {
    memory = new AnonymousMemory(source);
    machine =
        new ModelMachine(
            source,
            user,
            controller,
            worldSwitch,
            contexts,
            new GuestPrograms(programs),
            new SignalQueues(),
            new Descriptors());
  }

  @Override
  public int open(String path, int flags) {
    return path.equals(KvmDevice.PATH)
        ? machine.descriptors().open(fd -> new KvmDevice(machine))
        : Errno.ENOENT.negated();
  }

  @Override
  public int close(int fd) {
    return machine.descriptors().close(fd);
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    OpenFile file = machine.descriptors().get(fd);
    return file == null ? Errno.EBADF.negated() : file.ioctl(request, argument);
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    boolean anonymous = (flags & MapFlags.MAP_ANONYMOUS) != 0;
    OpenFile file = anonymous ? null : machine.descriptors().get(fd);
    if (!anonymous && file == null) {
      return new MapResult.Refused(Errno.EBADF);
    }
    boolean shared = (flags & MapFlags.MAP_SHARED) != 0;
    boolean copied = (flags & MapFlags.MAP_PRIVATE) != 0;
    if (length <= 0 || Pages.offset(length | offset) != 0 || shared == copied) {
      return new MapResult.Refused(Errno.EINVAL);
    }
    return file == null ? memory.map(length, protection) : file.mmap(length, flags, offset);
  }

  @Override
  public int munmap(MemorySegment mapping) {
    return memory.unmap(mapping.address(), mapping.byteSize());
  }

  @Override
  public int currentThread() {
    return machine.signals().currentThread();
  }

  @Override
  public int block(int signal) {
    return machine.signals().block(signal);
  }

  @Override
  public int send(int thread, int signal) {
    return machine.signals().send(thread, signal);
  }

  @Override
  public int take(int signal) {
    return machine.signals().take(signal);
  }
}
