package dev.sealift.interpose.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.DescriptorStore.Kept;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmUserspaceMemoryRegion;
import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A VM with one vCPU that counts, as a small VMM has it.
 *
 * @param structs where the arguments of its calls are
 */
record CountingGuest(
    SystemCalls calls,
    int kvm,
    int vm,
    int vcpu,
    MemorySegment memory,
    MemorySegment run,
    MemorySegment structs) {
  private static final int RIP = 16;
  private static final long MEMORY_SIZE = 1 << 16;
  private static final long RUN_SIZE = 3 * Pages.SIZE;

  /** Descriptors and mappings that one has. */
  static final int DESCRIPTORS = 3;

  static final int MAPPINGS = 3;

  static CountingGuest create(SystemCalls calls) {
    int kvm = calls.open("/dev/kvm", OpenFlags.O_RDWR);
    int vm = calls.ioctl(kvm, KvmIoctl.CREATE_VM, 0);
    MemorySegment memory = anonymous(calls, MEMORY_SIZE);
    MemorySegment structs = anonymous(calls, Pages.SIZE);
    new KvmUserspaceMemoryRegion(0, 0, 0, MEMORY_SIZE, memory.address()).write(structs);
    assertThat(calls.ioctl(vm, KvmIoctl.SET_USER_MEMORY_REGION, structs.address())).isZero();
    int vcpu = calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
    assertThat(vcpu).isPositive();
    int writable = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
    MemorySegment run = mapped(calls.mmap(RUN_SIZE, writable, MapFlags.MAP_SHARED, vcpu, 0));
    CountingGuest guest = new CountingGuest(calls, kvm, vm, vcpu, memory, run, structs);
    byte[] signature = new CountingProgram().signature();
    MemorySegment.copy(signature, 0, memory, ValueLayout.JAVA_BYTE, 0, signature.length);
    guest.setRegister(RIP, 0);
    return guest;
  }

  static MemorySegment anonymous(SystemCalls calls, long length) {
    return mapped(
        calls.mmap(
            length,
            MapFlags.PROT_READ | MapFlags.PROT_WRITE,
            MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS,
            -1,
            0));
  }

  static MemorySegment mapped(MapResult result) {
    assertThat(result).isInstanceOf(MapResult.Mapped.class);
    return ((MapResult.Mapped) result).memory();
  }

  /** What it takes to have it again. */
  Kept kept() {
    return new Kept(List.of(kvm, vm, vcpu), List.of(memory, run, structs), new byte[] {7});
  }

  /** The same guest from what was kept. */
  static CountingGuest of(SystemCalls calls, Kept kept) {
    List<Integer> fds = kept.descriptors();
    List<MemorySegment> mappings = kept.mappings();
    return new CountingGuest(
        calls,
        fds.get(0),
        fds.get(1),
        fds.get(2),
        mappings.get(0),
        mappings.get(1),
        mappings.get(2));
  }

  /** KVM_RUN. */
  int enter() {
    return calls.ioctl(vcpu, KvmIoctl.RUN, 0);
  }

  /** What it has counted to in its memory. */
  long count() {
    return memory.get(ValueLayout.JAVA_LONG, CountingProgram.COUNT);
  }

  long register(int index) {
    assertThat(calls.ioctl(vcpu, VcpuBlob.REGS.getRequest(), structs.address())).isZero();
    return structs.get(ValueLayout.JAVA_LONG, (long) Long.BYTES * index);
  }

  void setRegister(int index, long value) {
    register(index);
    structs.set(ValueLayout.JAVA_LONG, (long) Long.BYTES * index, value);
    assertThat(calls.ioctl(vcpu, VcpuBlob.REGS.setRequest(), structs.address())).isZero();
  }
}
