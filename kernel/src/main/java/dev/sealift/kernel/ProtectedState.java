package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmMsrs;
import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The ioctls of a vCPU whose registers are encrypted. Those that read or set registers are {@code
 * -EINVAL}; KVM_GET_MSRS and KVM_SET_MSRS stop at the first register that the guest has to itself.
 * What KVM keeps outside the registers is served as ever: events, the MP state, the time stamp
 * counter.
 *
 * <p>Source: the answers of Linux 6.10 and later for VMs made with KVM_X86_SEV_ES_VM; here they are
 * given for KVM_SEV_ES_INIT, too.
 */
final class ProtectedState {
  private static final Set<Integer> REFUSED =
      Set.of(
          VcpuBlob.REGS.getRequest(),
          VcpuBlob.REGS.setRequest(),
          VcpuBlob.SREGS.getRequest(),
          VcpuBlob.SREGS.setRequest(),
          VcpuBlob.XSAVE.getRequest(),
          VcpuBlob.XSAVE.setRequest(),
          VcpuBlob.XCRS.getRequest(),
          VcpuBlob.XCRS.setRequest(),
          VcpuBlob.DEBUGREGS.getRequest(),
          VcpuBlob.DEBUGREGS.setRequest(),
          KvmIoctl.GET_FPU,
          KvmIoctl.SET_FPU,
          KvmIoctl.GET_SREGS2,
          KvmIoctl.SET_SREGS2,
          KvmIoctl.GET_XSAVE2,
          KvmIoctl.SET_GUEST_DEBUG);

  /** Model-specific registers that are the guest's own: KVM does not intercept them. */
  private static final Set<Integer> GUESTS_MSRS =
      Set.of(
          0x174, // SYSENTER_CS
          0x175, // SYSENTER_ESP
          0x176, // SYSENTER_EIP
          0x277, // PAT
          0xC000_0080, // EFER
          0xC000_0081, // STAR
          0xC000_0082, // LSTAR
          0xC000_0083, // CSTAR
          0xC000_0084, // SFMASK
          0xC000_0100, // FS.base
          0xC000_0101, // GS.base
          0xC000_0102, // KernelGSbase
          0xC000_0103); // TSC_AUX

  private final SystemCalls below;
  private final UserMemory user;

  ProtectedState(SystemCalls below, UserMemory user) {
    this.below = below;
    this.user = user;
  }

  int ioctl(int fd, int request, long argument) {
    if (REFUSED.contains(request)) {
      return Errno.EINVAL.negated();
    }
    return request == KvmIoctl.GET_MSRS || request == KvmIoctl.SET_MSRS
        ? msrs(fd, request, argument)
        : below.ioctl(fd, request, argument);
  }

  /** The kernel below sees the list up to the first register that is not to be touched. */
  private int msrs(int fd, int request, long list) {
    MemorySegment header = MemorySegment.ofArray(new byte[KvmMsrs.LAYOUT.size()]);
    if (!user.read(list, header) || KvmMsrs.count(header) >= KvmMsrs.LIMIT) {
      return below.ioctl(fd, request, list);
    }
    int count = (int) KvmMsrs.count(header);
    MemorySegment entries = MemorySegment.ofArray(new byte[KvmMsrs.entriesSize(count)]);
    if (!user.read(list + KvmMsrs.LAYOUT.size(), entries)) {
      return Errno.EFAULT.negated();
    }
    int free = 0;
    while (free < count && !GUESTS_MSRS.contains(KvmMsrs.index(KvmMsrs.entry(entries, free)))) {
      free++;
    }
    if (free == count) {
      return below.ioctl(fd, request, list);
    }
    if (free == 0) {
      return 0;
    }
    KvmMsrs.setCount(header, free);
    if (!user.write(list, header)) {
      return Errno.EFAULT.negated();
    }
    int result = below.ioctl(fd, request, list);
    KvmMsrs.setCount(header, count);
    return user.write(list, header) ? result : Errno.EFAULT.negated();
  }
}
