package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmIoctl;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Memory slots")
class MemorySlotsTest {
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int EEXIST = Errno.EEXIST.negated();
  private static final long SIZE = 0x10000;

  private final ModelHost host = ModelHost.of();
  private final ModelGuest guest = new ModelGuest(host, SIZE);
  private final MemorySegment more = host.map(SIZE);
  private final long there = more.address();

  @Test
  void areMadeOfWholePages() {
    assertThat(guest.setSlot(1, 0, 0x100008, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 0x100000, 4000, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 0x100000, 4096, there + 1)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 0x100000, 4096, there)).isZero();
  }

  @Test
  void lieWithinWhatAddressesCanName() {
    assertThat(guest.setSlot(1, 0, -4096, 4096, there)).as("the last page").isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, -8192, 16384, there)).as("wraps").isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 1L << 52, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 1L << 30, 1L << 43, there)).as("2^31 pages").isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 1L << 30, 4096, 1L << 47)).as("kernel half").isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 1L << 30, 4096, Long.MIN_VALUE)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, 1L << 46, 4096, there)).isZero();
  }

  @Test
  void haveNumbersBelow32764InOneAddressSpace() {
    assertThat(guest.setSlot(32764, 0, 0x100000, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(0x10000, 0, 0x100000, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(-1, 0, 0x100000, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(32763, 0, 0x100000, 4096, there)).isZero();
  }

  @Test
  void takeNoFlagButTheDirtyLogs() {
    assertThat(guest.setSlot(1, 2, 0x100000, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 4, 0x100000, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 1, 0x100000, 4096, there)).isZero();
  }

  @Test
  void doNotOverlap() {
    assertThat(guest.setSlot(1, 0, SIZE - 4096, 4096, there)).isEqualTo(EEXIST);
    assertThat(guest.setSlot(1, 0, SIZE, 4096, there)).isZero();
    assertThat(guest.setSlot(1, 0, 4096, 4096, there)).as("moving onto another").isEqualTo(EEXIST);
    assertThat(guest.setSlot(1, 0, SIZE + 4096, 4096, there)).as("moving away").isZero();
  }

  @Test
  void keepTheirMemoryForLife() {
    assertThat(guest.setSlot(1, 0, SIZE, 8192, there)).isZero();
    assertThat(guest.setSlot(1, 0, SIZE, 4096, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, SIZE, 8192, there + 4096)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, SIZE, 8192, there)).as("nothing changed").isZero();
  }

  @Test
  void areDeletedBySizeZeroOnce() {
    assertThat(guest.setSlot(1, 0, SIZE, 0, there)).as("never there").isEqualTo(EINVAL);
    assertThat(guest.setSlot(1, 0, SIZE, 4096, there)).isZero();
    assertThat(guest.setSlot(1, 0, SIZE, 0, there)).isZero();
    assertThat(guest.setSlot(1, 0, SIZE, 0, there)).isEqualTo(EINVAL);
    assertThat(guest.setSlot(2, 0, SIZE, 4096, there)).as("its range is free again").isZero();
  }

  @Test
  void refuseALogLargerThanAHostCanKeep() {
    assertThat(guest.setSlot(1, 0, 1L << 42, 1L << 42, 0)).as("no log, no cost").isZero();
    assertThat(guest.setSlot(1, 1, 1L << 42, 1L << 42, 0)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(guest.setSlot(1, 0, 1L << 42, 1L << 42, 0)).as("as it was").isZero();
  }

  @Test
  void areRefusedFromABadAddress() {
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.SET_USER_MEMORY_REGION, ModelHost.badAddress()))
        .isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void leaveRoomForTheTaskStateBelowFourGibibytes() {
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.SET_TSS_ADDR, 0xFFFB_D000L)).isZero();
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.SET_TSS_ADDR, 0xFFFF_F000L)).isEqualTo(EINVAL);
    assertThat(host.kvm.ioctl(guest.vm, KvmIoctl.SET_TSS_ADDR, -1)).isEqualTo(EINVAL);
  }
}
