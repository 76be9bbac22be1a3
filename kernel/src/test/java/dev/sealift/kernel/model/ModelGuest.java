package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmDirtyLog;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmMsrFilter;
import dev.sealift.abi.kvm.KvmMsrFilterRange;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.KvmRun;
import dev.sealift.abi.kvm.KvmSegment;
import dev.sealift.abi.kvm.KvmSregs;
import dev.sealift.abi.kvm.KvmUserspaceMemoryRegion;
import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;

/** A VM with memory at guest physical 0 and one vCPU, as a small VMM sets it up. */
final class ModelGuest {
  /** Where its program stands. */
  static final long PROGRAM_ADDRESS = 0;

  final ModelHost host;
  final int vm;
  final int vcpu;
  final MemorySegment memory;
  final MemorySegment run;

  ModelGuest(ModelHost host, long memoryBytes) {
    this.host = host;
    vm = host.createVm();
    memory = host.map(memoryBytes);
    assertThat(setSlot(0, 0, 0, memory)).isZero();
    vcpu = host.kvm.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
    assertThat(vcpu).isNotNegative();
    run = host.mapVcpu(vcpu);
  }

  /** A guest that is about to run a program, which is in its memory in the clear. */
  static ModelGuest ready(TestProgram program, long memoryBytes) {
    return ready(ModelHost.of(program), program, memoryBytes);
  }

  static ModelGuest ready(ModelHost host, TestProgram program, long memoryBytes) {
    ModelGuest guest = new ModelGuest(host, memoryBytes);
    MemorySegment.copy(
        program.signature(), 0, guest.memory, ValueLayout.JAVA_BYTE, PROGRAM_ADDRESS, 32);
    guest.setRegister(16, PROGRAM_ADDRESS);
    guest.enter(0, true);
    return guest;
  }

  int setSlot(int slot, int flags, long guestAddress, MemorySegment memory) {
    return setSlot(slot, flags, guestAddress, memory.byteSize(), memory.address());
  }

  int setSlot(int slot, int flags, long guestAddress, long size, long userAddress) {
    MemorySegment region = host.argument(KvmUserspaceMemoryRegion.LAYOUT.size());
    new KvmUserspaceMemoryRegion(slot, flags, guestAddress, size, userAddress).write(region);
    return host.kvm.ioctl(vm, KvmIoctl.SET_USER_MEMORY_REGION, region.address());
  }

  /** Logs, or no longer logs, what is written to the memory. */
  void logDirtyPages(boolean on) {
    assertThat(setSlot(0, on ? MemorySlots.LOG_DIRTY_PAGES : 0, 0, memory)).isZero();
  }

  /** The pages that were dirty, which are clean now. */
  BitSet fetchDirtyPages() {
    long words = (memory.byteSize() / Pages.SIZE + 63) / 64;
    MemorySegment bitmap = host.argument(16 + words * 8).asSlice(16);
    assertThat(fetchDirtyPages(0, bitmap.address())).isZero();
    return BitSet.valueOf(bitmap.toArray(ValueLayout.JAVA_LONG));
  }

  int fetchDirtyPages(int slot, long bitmapAddress) {
    MemorySegment request = host.argument(KvmDirtyLog.LAYOUT.size());
    new KvmDirtyLog(slot, bitmapAddress).write(request);
    return host.kvm.ioctl(vm, KvmIoctl.GET_DIRTY_LOG, request.address());
  }

  /** Puts the vCPU at a privilege level, in 64-bit mode or in 32-bit protected mode. */
  void enter(int privilegeLevel, boolean is64Bit) {
    byte[] bytes = get(VcpuBlob.SREGS);
    MemorySegment sregs = MemorySegment.ofArray(bytes);
    int l = is64Bit ? 1 : 0;
    new KvmSegment(0, -1, 8 | privilegeLevel, 11, 1, privilegeLevel, 1 - l, 1, l, 1, 0, 0)
        .write(KvmSregs.Segment.CS.in(sregs));
    new KvmSegment(0, -1, 16 | privilegeLevel, 3, 1, privilegeLevel, 1, 1, 0, 1, 0, 0)
        .write(KvmSregs.Segment.SS.in(sregs));
    KvmSregs.EFER.set(sregs, is64Bit ? 0x500 : 0);
    assertThat(set(VcpuBlob.SREGS, bytes)).isZero();
  }

  int enableHypercallExits(long mask) {
    return enableCapability(KvmCapability.EXIT_HYPERCALL, mask);
  }

  int enableCapability(int capability, long argument) {
    byte[] arguments =
        ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN).putLong(argument).array();
    MemorySegment request = host.argument(KvmEnableCap.LAYOUT.size());
    new KvmEnableCap(capability, 0, arguments).write(request);
    return host.kvm.ioctl(vm, KvmIoctl.ENABLE_CAP, request.address());
  }

  /** Sets a filter whose only range is about one register, denied. */
  int filterMsr(int kinds, int index) {
    return filterMsrs(0, new KvmMsrFilterRange(kinds, 1, index, denyAll().address()));
  }

  int filterMsrs(int flags, KvmMsrFilterRange... ranges) {
    MemorySegment struct = host.argument(KvmMsrFilter.LAYOUT.size());
    new KvmMsrFilter(flags, List.of(ranges)).write(struct);
    return host.kvm.ioctl(vm, KvmIoctl.X86_SET_MSR_FILTER, struct.address());
  }

  /** A bitmap of the greatest size that denies every register in it. */
  MemorySegment denyAll() {
    return host.map(Pages.SIZE);
  }

  void enableHypercallExits() {
    assertThat(enableHypercallExits(1L << Hypercall.MAP_GPA_RANGE)).isZero();
  }

  /** KVM_RUN. */
  int enter() {
    return host.kvm.ioctl(vcpu, KvmIoctl.RUN, 0);
  }

  /** KVM_RUN that must come back with an exit; returns the reason. */
  int enterAndExit() {
    assertThat(enter()).isZero();
    return KvmRun.EXIT_REASON.get(run);
  }

  KvmRegs registers() {
    return KvmRegs.read(MemorySegment.ofArray(get(VcpuBlob.REGS)));
  }

  /** A general register by its place in struct kvm_regs. */
  long register(int index) {
    return ByteBuffer.wrap(get(VcpuBlob.REGS)).order(ByteOrder.LITTLE_ENDIAN).getLong(8 * index);
  }

  void setRegister(int index, long value) {
    byte[] registers = get(VcpuBlob.REGS);
    ByteBuffer.wrap(registers).order(ByteOrder.LITTLE_ENDIAN).putLong(8 * index, value);
    assertThat(set(VcpuBlob.REGS, registers)).isZero();
  }

  byte[] get(VcpuBlob blob) {
    MemorySegment struct = host.argument(blob.size());
    assertThat(host.kvm.ioctl(vcpu, blob.getRequest(), struct.address())).isZero();
    return struct.toArray(ValueLayout.JAVA_BYTE);
  }

  int set(VcpuBlob blob, byte[] bytes) {
    MemorySegment struct = host.argument(blob.size());
    struct.copyFrom(MemorySegment.ofArray(bytes));
    return host.kvm.ioctl(vcpu, blob.setRequest(), struct.address());
  }
}
