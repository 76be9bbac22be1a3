package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmDirtyLog;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmUserspaceMemoryRegion;
import java.lang.foreign.MemorySegment;

/**
 * Which pages the guest has written. Writes of the VMM itself are not recorded.
 *
 * <p>Source: the kernel's documentation of KVM_GET_DIRTY_LOG and KVM_MEM_LOG_DIRTY_PAGES.
 */
public final class DirtyLog {
  private static final int SLOT = 0;
  private static final int LOG_DIRTY_PAGES = 1;

  private final Descriptor vm;
  private final CallMemory callMemory;
  private final GuestMemory memory;
  private final CallArena bitmap;
  private final Books books;

  private DirtyLog(
      Descriptor vm, CallMemory callMemory, GuestMemory memory, CallArena bitmap, Books books) {
    this.vm = vm;
    this.callMemory = callMemory;
    this.memory = memory;
    this.bitmap = bitmap;
    this.books = books;
  }

  /**
   * Gives the VM its memory, with the log off or as the books have it: where that was done before,
   * it changes nothing.
   */
  static DirtyLog install(
      Host host, Descriptor vm, CallMemory callMemory, GuestMemory memory, Books books)
      throws VmmException {
    long words = Math.ceilDiv(memory.pages(), Long.SIZE);
    CallArena bitmap = CallArena.allocate(host, words * Long.BYTES);
    DirtyLog log = new DirtyLog(vm, callMemory, memory, bitmap, books);
    try {
      log.setSlot(log.isOn() ? LOG_DIRTY_PAGES : 0);
      return log;
    } catch (VmmException failed) {
      log.close();
      throw failed;
    }
  }

  /** From here on every page that the guest writes is recorded; none is yet. */
  public synchronized void start() throws VmmException {
    if (isOn()) {
      setSlot(0);
    }
    // In the books first: who is killed here leaves a log that may be on.
    books.dirtyLogIsOn(true);
    try {
      setSlot(LOG_DIRTY_PAGES);
    } catch (VmmException refused) {
      books.dirtyLogIsOn(false);
      throw refused;
    }
  }

  /** Forgets what is recorded, and records no more. */
  public synchronized void stop() throws VmmException {
    setSlot(0);
    books.dirtyLogIsOn(false);
  }

  public boolean isOn() {
    return books.dirtyLogIsOn();
  }

  /** The pages written since {@link #start} or the last fetch; they are clean from here on. */
  public PageSet fetchAndClear() throws VmmException {
    PageSet written = new PageSet(memory.pages());
    fetchAndClear(written);
    return written;
  }

  /** The same, added to a set of all the guest's pages. */
  public synchronized void fetchAndClear(PageSet written) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment request = call.take(KvmDirtyLog.LAYOUT.size());
      new KvmDirtyLog(SLOT, bitmap.segment().address()).write(request);
      vm.ioctl("KVM_GET_DIRTY_LOG", KvmIoctl.GET_DIRTY_LOG, request.address());
    }
    long bytes = Math.ceilDiv(memory.pages(), Long.SIZE) * Long.BYTES;
    written.addWords(bitmap.segment().asSlice(0, bytes));
  }

  private void setSlot(int flags) throws VmmException {
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment region = call.take(KvmUserspaceMemoryRegion.LAYOUT.size());
      new KvmUserspaceMemoryRegion(
              SLOT, flags, 0, memory.pages() << Pages.SHIFT, memory.segment().address())
          .write(region);
      vm.ioctl("KVM_SET_USER_MEMORY_REGION", KvmIoctl.SET_USER_MEMORY_REGION, region.address());
    }
  }

  void close() {
    bitmap.close();
  }
}
