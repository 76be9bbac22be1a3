package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmMsrs;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.svm.LaunchVmsa;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Reads the registers of a vCPU from the kernel below, whose vCPU it is, as a VMM reads them. */
final class RegisterReader {
  private final SystemCalls below;
  private final MappedMemory user;

  /**
   * @param below the kernel that has the registers
   * @param user the memory that it takes structs in
   */
  RegisterReader(SystemCalls below, MappedMemory user) {
    this.below = below;
    this.user = user;
  }

  /** The page that LAUNCH_UPDATE_VMSA is to measure for a vCPU. */
  byte[] vmsa(int vcpuFd) throws Refusal {
    MemorySegment scratch = map();
    try {
      return LaunchVmsa.of(blobs(vcpuFd, scratch), msrs(vcpuFd, scratch));
    } finally {
      unmap(scratch);
    }
  }

  private Map<VcpuBlob, byte[]> blobs(int vcpuFd, MemorySegment scratch) throws Refusal {
    Map<VcpuBlob, byte[]> blobs = new EnumMap<>(VcpuBlob.class);
    for (VcpuBlob blob : VcpuBlob.values()) {
      int result = below.ioctl(vcpuFd, blob.getRequest(), scratch.address());
      if (result < 0) {
        throw new Refusal(Errno.of(result));
      }
      blobs.put(blob, scratch.asSlice(0, blob.size()).toArray(ValueLayout.JAVA_BYTE));
    }
    return blobs;
  }

  /** One at a time, as a machine may lack some. */
  private Map<Integer, Long> msrs(int vcpuFd, MemorySegment scratch) {
    Map<Integer, Long> values = new HashMap<>();
    MemorySegment entry = KvmMsrs.entry(KvmMsrs.entries(scratch), 0);
    for (int number : LaunchVmsa.MSRS.keySet()) {
      scratch.fill((byte) 0);
      KvmMsrs.setCount(scratch, 1);
      KvmMsrs.setIndex(entry, number);
      if (below.ioctl(vcpuFd, KvmIoctl.GET_MSRS, scratch.address()) == 1) {
        values.put(number, KvmMsrs.data(entry));
      }
    }
    return values;
  }

  private MemorySegment map() throws Refusal {
    int protection = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
    int flags = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
    MapResult result = below.mmap(Pages.SIZE, protection, flags, -1, 0);
    if (result instanceof MapResult.Mapped(MemorySegment memory)) {
      if (user.map(memory, protection)) {
        return memory;
      }
      below.munmap(memory);
    }
    throw new Refusal(Errno.ENOMEM);
  }

  /** The registers do not stay behind in memory that the caller may be given next. */
  private void unmap(MemorySegment scratch) {
    scratch.fill((byte) 0);
    user.unmap(scratch);
    below.munmap(scratch);
  }
}
