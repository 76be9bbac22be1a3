package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;

/**
 * Serves hypercalls, whichever way they come: KVM_EXIT_HYPERCALL or the hypercall port.
 *
 * <p>Source: the kernel's documentation of KVM_HC_MAP_GPA_RANGE.
 */
final class Hypercalls {
  private final PageStatus pageStatus;

  Hypercalls(PageStatus pageStatus) {
    this.pageStatus = pageStatus;
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
    if ((attributes & Hypercall.ATTRIBUTE_ENCRYPTED) != 0) {
      pageStatus.setPrivate(first, count);
    } else {
      pageStatus.setShared(first, count);
    }
    return 0;
  }
}
