package dev.sealift.kernel;

import dev.sealift.abi.psp.ActivateBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The driver of the Secure Processor: brings the platform up, and does for KVM what needs no
 * descriptor of /dev/sev.
 *
 * <p>Source: linux/psp-sev.h.
 */
final class SevDriver {
  /** SEV-ES wants a trusted memory region of 1 MiB, aligned to its size. */
  private static final long TMR_SIZE = 1 << 20;

  private final Mailbox mailbox;
  private final KernelMemory memory;
  private final EncryptionFeatures features;

  /** Writers flush; whoever deactivates a guest meanwhile waits, or the flush would miss it. */
  private final ReentrantReadWriteLock deactivateLock = new ReentrantReadWriteLock();

  private final int apiMajor;
  private final int apiMinor;

  /** As the driver believes: it does not tell a platform with guests from one without. */
  private boolean initialised;

  private @Nullable KernelBuffer trustedMemory;

  /** Asks the processor what it is. */
  SevDriver(Mailbox mailbox, KernelMemory memory, EncryptionFeatures features) {
    this.mailbox = mailbox;
    this.memory = memory;
    this.features = features;
    MemorySegment status = MemorySegment.ofArray(new byte[PlatformStatusBuffer.LAYOUT.size()]);
    mailbox.run(PspCommand.PLATFORM_STATUS, status, (int) status.byteSize(), new FirmwareError());
    PlatformStatusBuffer platform = PlatformStatusBuffer.read(status);
    this.apiMajor = platform.apiMajor();
    this.apiMinor = platform.apiMinor();
    this.initialised = platform.state() != PlatformState.UNINIT.number();
  }

  Mailbox mailbox() {
    return mailbox;
  }

  /** The firmware is of this API version or later. */
  boolean apiAtLeast(int major, int minor) {
    return apiMajor > major || (apiMajor == major && apiMinor >= minor);
  }

  /** Whether the platform was brought up. Asked under the command mutex. */
  boolean initialised() {
    return initialised;
  }

  /** Brings the platform up if it is not: INIT, then DF_FLUSH so that ASIDs can be used. */
  int initialise(FirmwareError error) {
    mailbox.mutex().lock();
    try {
      if (initialised) {
        return 0;
      }
      InitBuffer init = initParameters();
      MemorySegment parameters = MemorySegment.ofArray(new byte[InitBuffer.LAYOUT.size()]);
      init.write(parameters);
      int result = mailbox.run(PspCommand.INIT, parameters, InitBuffer.LAYOUT.size(), error);
      if (result != 0) {
        return result;
      }
      initialised = true;
      mailbox.writeBackAndInvalidateCaches();
      return mailbox.run(PspCommand.DF_FLUSH, error);
    } finally {
      mailbox.mutex().unlock();
    }
  }

  /** Takes the platform down: every guest and every key is gone. */
  int shutDown(FirmwareError error) {
    mailbox.mutex().lock();
    try {
      int result = mailbox.run(PspCommand.SHUTDOWN, error);
      if (result == 0) {
        initialised = false;
      }
      return result;
    } finally {
      mailbox.mutex().unlock();
    }
  }

  /** Gives a guest its address space. */
  int activate(int handle, int asid, FirmwareError error) {
    MemorySegment parameters = MemorySegment.ofArray(new byte[ActivateBuffer.LAYOUT.size()]);
    new ActivateBuffer(handle, asid).write(parameters);
    return mailbox.run(PspCommand.ACTIVATE, parameters, ActivateBuffer.LAYOUT.size(), error);
  }

  /** Takes a guest's address space away and frees the guest. */
  void unbind(int handle) {
    if (handle == 0) {
      return;
    }
    deactivateLock.readLock().lock();
    try {
      withHandle(PspCommand.DEACTIVATE, handle);
    } finally {
      deactivateLock.readLock().unlock();
    }
    decommission(handle);
  }

  /** Frees a guest that has no address space. */
  void decommission(int handle) {
    withHandle(PspCommand.DECOMMISSION, handle);
  }

  /** Makes the address spaces of past guests clean: WBINVD on all cores, then DF_FLUSH. */
  boolean flush() {
    deactivateLock.writeLock().lock();
    try {
      mailbox.writeBackAndInvalidateCaches();
      return mailbox.run(PspCommand.DF_FLUSH, new FirmwareError()) == 0;
    } finally {
      deactivateLock.writeLock().unlock();
    }
  }

  private void withHandle(PspCommand command, int handle) {
    MemorySegment parameters = MemorySegment.ofArray(new byte[HandleBuffer.LAYOUT.size()]);
    new HandleBuffer(handle).write(parameters);
    mailbox.run(command, parameters, HandleBuffer.LAYOUT.size(), new FirmwareError());
  }

  private InitBuffer initParameters() {
    if (!features.sevEs()) {
      return new InitBuffer(0, 0, 0);
    }
    try {
      KernelBuffer region = trustedMemory;
      if (region == null) {
        region = memory.allocate(TMR_SIZE, TMR_SIZE);
        trustedMemory = region;
      }
      return new InitBuffer(1, features.hostAddress(region.address()), TMR_SIZE);
    } catch (Refusal noMemory) {
      // Without the region SEV-ES is off; plain SEV works.
      return new InitBuffer(0, 0, 0);
    }
  }
}
