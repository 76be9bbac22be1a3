package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.firmware.PacketRun;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

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
  private final ReentrantReadWriteLock locks = new ReentrantReadWriteLock();
  private final Lock lock = locks.writeLock();
  private final PinnedPages pinnedPages;
  private final EncryptedRegions regions;
  private final PacketMemory header;
  private final PacketMemory transport;

  /** The largest parameters of any guest command of the firmware are SEND_START's. */
  private final MemorySegment firmwareParameters =
      MemorySegment.ofArray(new byte[SendStartBuffer.LAYOUT.size()]);

  private FirmwareError error = new FirmwareError();
  private final AtomicBoolean transferring = new AtomicBoolean();
  private final List<Vcpu> vcpus = new ArrayList<>();

  /** The VMs that share this one's context, which lives until the last of them is gone. */
  private final Set<SevVirtualMachine> mirrors = new LinkedHashSet<>();

  /** Whose context this mirror shares. Changed under the lock of whoever owns it until then. */
  private volatile @Nullable SevVirtualMachine owner;

  private volatile int asid;
  private volatile boolean dead;
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
    this.pinnedPages = new PinnedPages(module.user(), module.settings());
    this.regions = new EncryptedRegions(module, pinnedPages);
    this.header = new PacketMemory(module.memory());
    this.transport = new PacketMemory(module.memory());
  }

  /** Held by a command from its first check to the last byte written back. */
  Lock lock() {
    return lock;
  }

  /** Held by batches of packets, which go on side by side, while no other command does. */
  Lock sharedLock() {
    return locks.readLock();
  }

  /** Whether somebody waits for {@link #lock} or {@link #sharedLock}. */
  boolean isWaitedFor() {
    return locks.hasQueuedThreads();
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

  /** Its context was moved to another VM, and nothing can be done with it any more. */
  boolean isDead() {
    return dead;
  }

  /** It shares the context of another VM. */
  boolean isMirror() {
    return owner != null;
  }

  /** Set while an encryption context goes from or to this VM: one at a time. */
  AtomicBoolean transferring() {
    return transferring;
  }

  /** The ASID, or 0. Asked from any thread. */
  int asid() {
    return asid;
  }

  /** The firmware's handle, or 0. */
  int handle() {
    return handle;
  }

  /** Takes up a call: the firmware's answers go to it. */
  void serve(SevCall next) {
    error = next.error();
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

  /** Those that exist; they are never fewer. */
  List<Vcpu> vcpus() {
    return vcpus;
  }

  /** Some thread is in the middle of KVM_CREATE_VCPU. */
  boolean isCreatingVcpu() {
    return createdVcpus != vcpus.size();
  }

  /** A vCPU is about to be created: from here on the VM cannot become a SEV guest. */
  void beginVcpu() {
    lock.lock();
    try {
      createdVcpus++;
    } finally {
      lock.unlock();
    }
  }

  /** The vCPU that was about to be created exists; null if it could not be. */
  void endVcpu(@Nullable Vcpu vcpu) {
    lock.lock();
    try {
      if (vcpu == null) {
        createdVcpus--;
      } else {
        vcpus.add(vcpu);
        if (destroyed && !active) {
          // The VM was closed meanwhile: nobody comes back for this one's registers.
          vcpu.release();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** KVM_MEMORY_ENCRYPT_REG_REGION. */
  int registerRegion(long argument) {
    return onRegions(() -> regions.register(this, argument));
  }

  /** KVM_MEMORY_ENCRYPT_UNREG_REGION. */
  int unregisterRegion(long argument) {
    return onRegions(() -> regions.unregister(this, argument));
  }

  private interface RegionCall {
    int run() throws Refusal;
  }

  private int onRegions(RegionCall call) {
    lock.lock();
    try {
      return destroyed ? Errno.EBADF.negated() : call.run();
    } catch (Refusal refusal) {
      return refusal.result();
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

  /** Becomes a mirror of another VM. Both are locked. */
  void mirror(SevVirtualMachine source) {
    owner = source;
    source.mirrors.add(this);
    asid = source.asid;
    handle = source.handle;
    sevFd = source.sevFd;
    sevEs = source.sevEs;
    needsInit2 = false;
    active = true;
  }

  /**
   * Takes over another VM's context, its mirrors, its pins and with SEV-ES the registers of its
   * vCPUs, of which this one has as many, and leaves it dead. Both are locked. The descriptor that
   * the guest was started with does not come along, as in Linux.
   */
  void takeOver(SevVirtualMachine source) {
    SevVirtualMachine whose = source.owner;
    if (whose != null) {
      whose.replaceMirror(source, this);
    }
    for (SevVirtualMachine mirror : source.mirrors) {
      mirror.owner = this;
    }
    mirrors.addAll(source.mirrors);
    source.mirrors.clear();
    regions.takeFrom(source.regions);
    pinnedPages.takeFrom(source.pinnedPages);
    sevEs = source.sevEs;
    if (sevEs) {
      for (int i = 0; i < vcpus.size(); i++) {
        vcpus.get(i).takeStateFrom(source.vcpus.get(i));
      }
    }
    handle = source.handle;
    needsInit2 = false;
    active = true;
    asid = source.asid;
    source.dead = true;
    source.active = false;
    source.asid = 0;
    source.handle = 0;
    source.sevFd = 0;
  }

  private void replaceMirror(SevVirtualMachine old, SevVirtualMachine mirror) {
    lock.lock();
    try {
      mirrors.remove(old);
      mirrors.add(mirror);
      mirror.owner = this;
      old.owner = null;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses a VM that is no SEV guest. */
  void requireSevGuest(Errno otherwise) throws Refusal {
    if (!active) {
      throw new Refusal(otherwise);
    }
  }

  /** Refuses a VM whose register state is not encrypted. */
  void requireSevEsGuest() throws Refusal {
    if (!isSevEsGuest()) {
      throw new Refusal(Errno.ENOTTY);
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
    if (!module.descriptors().isOpen(fd)) {
      return Errno.EBADF.negated();
    }
    return module.driver().mailbox().run(command, firmwareParameters, layout.size(), error);
  }

  /**
   * Issues a run of packets through the descriptor that the guest was started with.
   *
   * @param runError set to the firmware's status
   * @param progress hears how many packets were done
   */
  int issue(PacketRun run, FirmwareError runError, IntConsumer progress) {
    if (!module.descriptors().isOpen(sevFd)) {
      return Errno.EBADF.negated();
    }
    return module.driver().mailbox().run(run, runError, progress);
  }

  /**
   * The descriptor is closed. The context goes now if nobody else uses it, or else with the last
   * mirror; a mirror only leaves its owner.
   */
  void destroy() {
    lock.lock();
    try {
      destroyed = true;
      if (mirrors.isEmpty()) {
        tearDown();
      }
    } finally {
      lock.unlock();
    }
    leaveOwner();
  }

  private void leaveOwner() {
    // The owner may hand its context on meanwhile, so it is asked for again under its lock.
    for (SevVirtualMachine whose = owner; whose != null; whose = owner) {
      whose.lock.lock();
      try {
        if (owner == whose) {
          owner = null;
          whose.mirrors.remove(this);
          if (whose.destroyed && whose.mirrors.isEmpty()) {
            whose.tearDown();
          }
        }
      } finally {
        whose.lock.unlock();
      }
    }
  }

  /** Pins, firmware guest and ASID go, in this order; a mirror has none of its own. */
  private void tearDown() {
    if (active && owner == null) {
      module.driver().mailbox().writeBackAndInvalidateCaches();
      regions.releaseAll();
      module.driver().unbind(handle);
      module.asids().free(asid);
    }
    active = false;
    asid = 0;
    handle = 0;
    vcpus.forEach(Vcpu::release);
    header.close();
    transport.close();
  }
}
