package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SendStartBuffer;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What KVM keeps of one VM for SEV. All but the ASID is used under the VM's lock, as every command
 * is served under it.
 */
final class SevVirtualMachine {
  /** KVM_CREATE_VM: a VM like any other, which KVM_SEV_INIT may still turn into a SEV guest. */
  static final long TYPE_DEFAULT = 0;

  /** KVM_CREATE_VM: to be initialised by KVM_SEV_INIT2. */
  static final long TYPE_SEV = 2;

  /** KVM_CREATE_VM: to be initialised by KVM_SEV_INIT2, with encrypted register state. */
  static final long TYPE_SEV_ES = 3;

  private final SevModule module;
  private final long type;
  private final ReentrantLock lock = new ReentrantLock();
  private final SevCall call;
  private final PinnedPages pinnedPages;
  private final EncryptedRegions regions;
  private final PacketMemory header;
  private final PacketMemory transport;

  /** The largest parameters of any guest command of the firmware are SEND_START's. */
  private final MemorySegment firmwareParameters =
      MemorySegment.ofArray(new byte[SendStartBuffer.LAYOUT.size()]);

  private volatile int asid;
  private boolean needsInit2;
  private boolean active;
  private boolean sevEs;
  private boolean destroyed;
  private int createdVcpus;
  private int handle;

  /** Descriptor 0 until a guest was started: no device of ours, so commands are refused. */
  private int sevFd;

  SevVirtualMachine(SevModule module, long type) {
    this.module = module;
    this.type = type;
    this.needsInit2 = type == TYPE_SEV || type == TYPE_SEV_ES;
    this.call = new SevCall(module.user());
    this.pinnedPages = new PinnedPages(module.user(), module.settings());
    this.regions = new EncryptedRegions(module, pinnedPages);
    this.header = new PacketMemory(module.memory());
    this.transport = new PacketMemory(module.memory());
  }

  /** Held from the first look at the caller's command to the last byte written back. */
  ReentrantLock lock() {
    return lock;
  }

  /** As it was passed to KVM_CREATE_VM. */
  long type() {
    return type;
  }

  /** Made for KVM_SEV_INIT2, which has not come yet. */
  boolean needsInit2() {
    return needsInit2;
  }

  boolean isSevGuest() {
    return active;
  }

  boolean isSevEsGuest() {
    return active && sevEs;
  }

  /** The descriptor was closed. */
  boolean isDestroyed() {
    return destroyed;
  }

  /** The ASID, or 0. Asked from any thread. */
  int asid() {
    return asid;
  }

  /** The firmware's handle, or 0. */
  int handle() {
    return handle;
  }

  SevCall call() {
    return call;
  }

  PinnedPages pinnedPages() {
    return pinnedPages;
  }

  EncryptedRegions regions() {
    return regions;
  }

  /** The kernel's copy of a packet's header. */
  PacketMemory header() {
    return header;
  }

  /** The kernel's copy of a packet's ciphertext. */
  PacketMemory transport() {
    return transport;
  }

  /** Where a handler lays out a command for {@link #issue}, and finds what was written back. */
  MemorySegment firmwareParameters() {
    return firmwareParameters;
  }

  int createdVcpus() {
    return createdVcpus;
  }

  /** A vCPU is created, or (negative) could not be. */
  void countVcpus(int change) {
    lock.lock();
    try {
      createdVcpus += change;
    } finally {
      lock.unlock();
    }
  }

  /** Becomes a SEV guest. */
  void begin(int asid, boolean sevEs) {
    this.asid = asid;
    this.sevEs = sevEs;
    this.needsInit2 = false;
    this.active = true;
  }

  /** The firmware knows the guest now. */
  void bind(int handle, int sevFd) {
    this.handle = handle;
    this.sevFd = sevFd;
  }

  /** Refuses a VM that is no SEV guest. */
  void requireSevGuest(Errno otherwise) throws Refusal {
    if (!active) {
      throw new Refusal(otherwise);
    }
  }

  /**
   * Issues the command laid out in {@link #firmwareParameters()}, through the descriptor that the
   * guest was started with.
   */
  int issue(PspCommand command, StructLayout layout) {
    return issue(command, layout, sevFd);
  }

  /** Issues the command through a descriptor: it must be one of /dev/sev now. */
  int issue(PspCommand command, StructLayout layout, int fd) {
    if (module.files().at(fd) == null) {
      return Errno.EBADF.negated();
    }
    return module.driver().mailbox().run(command, firmwareParameters, layout.size(), call.error());
  }

  /** The end of the VM: pins, firmware guest and ASID go, in this order. */
  void destroy() {
    lock.lock();
    try {
      destroyed = true;
      if (active) {
        active = false;
        module.driver().mailbox().writeBackAndInvalidateCaches();
        regions.releaseAll();
        module.driver().unbind(handle);
        int freed = asid;
        asid = 0;
        handle = 0;
        module.asids().free(freed);
      }
      header.close();
      transport.close();
    } finally {
      lock.unlock();
    }
  }
}
