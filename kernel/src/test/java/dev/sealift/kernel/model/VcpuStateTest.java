package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmSregs;
import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The state of a vCPU")
class VcpuStateTest {
  private static final int STAR = 0xC000_0081;
  private static final int TIME_STAMP_COUNTER = 0x10;
  private static final int UNKNOWN_MSR = 0x1234_5678;

  private final ModelHost host = ModelHost.of(TestProgram.counting());
  private final ModelGuest guest = new ModelGuest(host, 0x10000);

  private int ioctl(int request, long argument) {
    return host.kvm.ioctl(guest.vcpu, request, argument);
  }

  @ParameterizedTest
  @EnumSource
  void isKeptAsItWasWritten(VcpuBlob blob) {
    byte[] bytes = new byte[blob.size()];
    if (blob != VcpuBlob.MP_STATE) {
      new Random(blob.ordinal()).nextBytes(bytes);
    }
    if (blob == VcpuBlob.REGS) {
      bytes[136] |= 2; // the bit of rflags that is always set
    }
    assertThat(guest.set(blob, bytes)).isZero();
    assertThat(guest.get(blob)).isEqualTo(bytes);
    assertThat(ioctl(blob.getRequest(), ModelHost.badAddress())).isEqualTo(Errno.EFAULT.negated());
    assertThat(ioctl(blob.setRequest(), ModelHost.badAddress())).isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void isThatOfAResetAtFirst() {
    assertThat(guest.registers().rip()).isEqualTo(0xFFF0);
    assertThat(guest.registers().rflags()).isEqualTo(2);
    MemorySegment sregs = MemorySegment.ofArray(guest.get(VcpuBlob.SREGS));
    assertThat(KvmSregs.CR0.get(sregs)).isEqualTo(0x6000_0010);
    assertThat(sregs.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).as("CS base").isEqualTo(0xFFFF_0000L);
    assertThat(guest.get(VcpuBlob.MP_STATE)).as("runnable").containsOnly(0);
  }

  @Test
  void isAlwaysRunnable() {
    assertThat(guest.set(VcpuBlob.MP_STATE, new byte[] {1, 0, 0, 0}))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(guest.get(VcpuBlob.MP_STATE)).containsOnly(0);
  }

  /** A list of registers, as struct kvm_msrs has it. */
  private MemorySegment msrs(int... indices) {
    MemorySegment list = host.argument(8 + 16L * indices.length);
    list.set(ValueLayout.JAVA_INT, 0, indices.length);
    for (int i = 0; i < indices.length; i++) {
      list.set(ValueLayout.JAVA_INT, 8 + 16L * i, indices[i]);
      list.set(ValueLayout.JAVA_LONG, 16 + 16L * i, 1000 + i);
    }
    return list;
  }

  @Test
  void hasTheModelSpecificRegistersThatMoveWithAGuest() {
    int[] moving = {
      STAR,
      STAR + 1,
      STAR + 2,
      STAR + 3,
      0xC000_0100,
      0xC000_0101,
      0xC000_0102,
      0x174,
      0x175,
      0x176,
      0x277,
      TIME_STAMP_COUNTER
    };
    assertThat(ioctl(KvmIoctl.SET_MSRS, msrs(moving).address())).isEqualTo(moving.length);
    MemorySegment list = msrs(moving);
    for (int i = 0; i < moving.length; i++) {
      list.set(ValueLayout.JAVA_LONG, 16 + 16L * i, 0);
    }
    assertThat(ioctl(KvmIoctl.GET_MSRS, list.address())).isEqualTo(moving.length);
    for (int i = 0; i < moving.length; i++) {
      assertThat(list.get(ValueLayout.JAVA_LONG, 16 + 16L * i)).isEqualTo(1000 + i);
    }
  }

  @Test
  void countsTheModelSpecificRegistersUpToOneThatThereIsNot() {
    assertThat(ioctl(KvmIoctl.SET_MSRS, msrs(STAR, UNKNOWN_MSR, TIME_STAMP_COUNTER).address()))
        .isEqualTo(1);
    MemorySegment list = msrs(TIME_STAMP_COUNTER, STAR, UNKNOWN_MSR, STAR);
    assertThat(ioctl(KvmIoctl.GET_MSRS, list.address())).isEqualTo(2);
    assertThat(list.get(ValueLayout.JAVA_LONG, 16)).as("behind the unknown one").isZero();
    assertThat(list.get(ValueLayout.JAVA_LONG, 32)).isEqualTo(1000);
    assertThat(ioctl(KvmIoctl.GET_MSRS, msrs().address())).isZero();
  }

  @Test
  void takesLessThan256ModelSpecificRegistersAtATime() {
    assertThat(ioctl(KvmIoctl.SET_MSRS, msrs(new int[256]).address()))
        .isEqualTo(Errno.E2BIG.negated());
    MemorySegment list = host.argument(8);
    list.set(ValueLayout.JAVA_INT, 0, -1);
    assertThat(ioctl(KvmIoctl.GET_MSRS, list.address())).isEqualTo(Errno.E2BIG.negated());
    assertThat(ioctl(KvmIoctl.GET_MSRS, ModelHost.badAddress())).isEqualTo(Errno.EFAULT.negated());
  }

  private MemorySegment cpuid(int count, int eax) {
    MemorySegment table = host.argument(8 + 40L * count);
    table.set(ValueLayout.JAVA_INT, 0, count);
    for (int i = 0; i < count; i++) {
      table.set(ValueLayout.JAVA_INT, 8 + 40L * i + 12, eax);
    }
    return table;
  }

  @Test
  void hasTheCpuidThatItWasGiven() {
    assertThat(ioctl(KvmIoctl.SET_CPUID2, cpuid(3, 7).address())).isZero();
    assertThat(ioctl(KvmIoctl.GET_CPUID2, cpuid(2, 0).address())).isEqualTo(Errno.E2BIG.negated());
    MemorySegment table = cpuid(5, 0);
    assertThat(ioctl(KvmIoctl.GET_CPUID2, table.address())).isZero();
    assertThat(table.get(ValueLayout.JAVA_INT, 0)).isEqualTo(3);
    assertThat(table.get(ValueLayout.JAVA_INT, 8 + 80 + 12)).isEqualTo(7);
    assertThat(ioctl(KvmIoctl.SET_CPUID2, cpuid(257, 0).address()))
        .isEqualTo(Errno.E2BIG.negated());
    assertThat(ioctl(KvmIoctl.SET_CPUID2, ModelHost.badAddress()))
        .isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void keepsItsCpuidOnceTheGuestHasRun() {
    assertThat(ioctl(KvmIoctl.SET_CPUID2, cpuid(1, 7).address())).isZero();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.SHUTDOWN);
    assertThat(ioctl(KvmIoctl.SET_CPUID2, cpuid(1, 8).address())).isEqualTo(Errno.EINVAL.negated());
    assertThat(ioctl(KvmIoctl.SET_CPUID2, cpuid(1, 7).address())).isZero();
  }

  @Test
  void belongsToAVcpuWithAnIdOfItsOwn() {
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.CREATE_VCPU, 0)).isEqualTo(Errno.EEXIST.negated());
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.CREATE_VCPU, 4096))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.CREATE_VCPU, -1))
        .isEqualTo(Errno.EINVAL.negated());
    int other = host.kvm.ioctl(guest.vm, KvmIoctl.CREATE_VCPU, 4095);
    assertThat(other).isPositive();
    assertThat(host.kvm.close(other)).isZero();
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.CREATE_VCPU, 4095))
        .as("the id stays taken")
        .isEqualTo(Errno.EEXIST.negated());
  }
}
