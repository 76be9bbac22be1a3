package dev.sealift.vmm;

import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls.MapResult;
import java.lang.foreign.MemorySegment;

/** The guest's memory as the VMM sees it: guest physical address 0 is the first byte. */
public final class GuestMemory {
  private final Host host;
  private final MemorySegment segment;

  GuestMemory(Host host, MemorySegment segment) {
    this.host = host;
    this.segment = segment;
  }

  /**
   * All of it is there at once: a SEV guest's memory is pinned before its first page arrives, and
   * no page is to be found missing on the way of a packet.
   */
  static GuestMemory allocate(Host host, long bytes) throws VmmException {
    return switch (host.calls()
        .mmap(
            bytes,
            MapFlags.PROT_READ | MapFlags.PROT_WRITE,
            MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_POPULATE,
            -1,
            0)) {
      case MapResult.Mapped(MemorySegment memory) -> new GuestMemory(host, memory);
      case MapResult.Refused(var errno) ->
          throw VmmException.ofCall("mmap", "guest memory of " + bytes + " bytes", errno);
    };
  }

  /** All of it. */
  public MemorySegment segment() {
    return segment;
  }

  /** Bytes. */
  public long size() {
    return segment.byteSize();
  }

  /** Pages of 4 KiB. */
  public long pages() {
    return segment.byteSize() >> Pages.SHIFT;
  }

  /**
   * One page.
   *
   * @throws IndexOutOfBoundsException if the guest has no such page
   */
  public MemorySegment page(long number) {
    if (number < 0 || number >= pages()) {
      throw new IndexOutOfBoundsException("the guest has " + pages() + " pages, none " + number);
    }
    return segment.asSlice(number << Pages.SHIFT, Pages.SIZE);
  }

  /**
   * Where a range of guest physical memory is in this process.
   *
   * @throws IllegalArgumentException if the range is not all memory
   */
  public long userAddress(long guestAddress, long length) {
    if (guestAddress < 0 || length < 0 || guestAddress > size() - length) {
      throw new IllegalArgumentException(
          "%d bytes at 0x%x are not inside the guest's %d bytes"
              .formatted(length, guestAddress, size()));
    }
    return segment.address() + guestAddress;
  }

  void unmap() {
    host.calls().munmap(segment);
  }
}
