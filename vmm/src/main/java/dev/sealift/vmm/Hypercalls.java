package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Serves hypercalls, whichever way they come: KVM_EXIT_HYPERCALL or the hypercall port.
 *
 * <p>What a page holds is lost the moment its status changes: the VMM wipes it. So nothing that was
 * private is ever seen in a shared page, also where guest memory is not encrypted at rest, and a
 * guest that relies on old content finds out at once. The wipe comes first: so nobody takes a page
 * for a shared one while it holds what was private, and a call whose VMM was killed in the midst of
 * it can be served again, as every page that is not wiped yet still has its old status.
 *
 * <p>Source: the kernel's documentation of KVM_HC_MAP_GPA_RANGE.
 */
final class Hypercalls {
  private final PageStatus pageStatus;
  private final GuestMemory memory;

  Hypercalls(PageStatus pageStatus, GuestMemory memory) {
    this.pageStatus = pageStatus;
    this.memory = memory;
  }

  /** Returns what goes into the guest's rax: zero, or a negative KVM error. */
  long call(long number, long a0, long a1, long a2) {
    return number == Hypercall.MAP_GPA_RANGE ? mapGuestRange(a0, a1, a2) : -Hypercall.KVM_ENOSYS;
  }

  private long mapGuestRange(long address, long count, long attributes) {
    long first = address >>> Pages.SHIFT;
    boolean empty = count == 0;
    boolean wraps = Long.compareUnsigned(first + count, first) < 0;
    if (Pages.offset(address) != 0 || empty || wraps) {
      return -Hypercall.KVM_EINVAL;
    }
    boolean shares = (attributes & Hypercall.ATTRIBUTE_ENCRYPTED) == 0;
    List<MemorySegment> changing = new ArrayList<>();
    pageStatus.forEachRange(
        first,
        count,
        !shares,
        (at, pages) ->
            changing.add(memory.segment().asSlice(at << Pages.SHIFT, pages << Pages.SHIFT)));
    changing.forEach(range -> range.fill((byte) 0));
    if (shares) {
      pageStatus.setShared(first, count);
    } else {
      pageStatus.setPrivate(first, count);
    }
    return 0;
  }
}
