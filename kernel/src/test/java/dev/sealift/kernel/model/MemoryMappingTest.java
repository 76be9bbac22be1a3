package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmIoctl;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("mmap and munmap")
class MemoryMappingTest {
  private static final int READ_WRITE = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
  private static final int ANONYMOUS = MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS;

  private final ModelHost host = ModelHost.of();

  private static MapResult refused(Errno errno) {
    return new MapResult.Refused(errno);
  }

  @Test
  void giveZeroedPagesOfNativeMemory() {
    MemorySegment memory = host.map(5 * Pages.SIZE);
    assertThat(memory.isNative()).isTrue();
    assertThat(memory.byteSize()).isEqualTo(5 * Pages.SIZE);
    assertThat(Pages.offset(memory.address())).isZero();
    assertThat(memory.mismatch(MemorySegment.ofArray(new byte[5 * Pages.SIZE]))).isEqualTo(-1);
  }

  @Test
  void giveMemoryThatIsGoneOnceItIsUnmapped() {
    MemorySegment memory = host.map(Pages.SIZE);
    assertThat(host.unmap(memory)).isZero();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void giveMemoryFromItsSourceUntilItIsUnmapped() {
    List<MemorySegment> given = new ArrayList<>();
    ModelHost host =
        ModelHost.over((length, lifetime) -> {
          if (length > 1 << 20) {
            throw new OutOfMemoryError("there is no more");
          }
          MemorySegment memory = lifetime.allocate(length, Pages.SIZE);
          given.add(memory);
          return memory;
        });
    MemorySegment memory = host.map(3 * Pages.SIZE);
    assertThat(memory).isEqualTo(given.getLast());
    assertThat(host.unmap(memory)).isZero();
    assertThat(given.getLast().scope().isAlive()).isFalse();
    assertThat(host.kvm.mmap(2 << 20, READ_WRITE, ANONYMOUS, -1, 0))
        .isEqualTo(refused(Errno.ENOMEM));

    ModelGuest guest = new ModelGuest(host, 4 * Pages.SIZE);
    assertThat(given)
        .extracting(MemorySegment::address)
        .contains(guest.memory.address(), guest.run.address());
  }

  @Test
  void giveMemoryThatCannotBeWrittenIfSoAsked() {
    MapResult result = host.kvm.mmap(Pages.SIZE, MapFlags.PROT_READ, ANONYMOUS, -1, 0);
    assertThat(((MapResult.Mapped) result).memory().isReadOnly()).isTrue();
  }

  @Test
  void refuseWhatLinuxRefuses() {
    assertThat(host.kvm.mmap(0, READ_WRITE, ANONYMOUS, -1, 0)).isEqualTo(refused(Errno.EINVAL));
    assertThat(host.kvm.mmap(-Pages.SIZE, READ_WRITE, ANONYMOUS, -1, 0))
        .isEqualTo(refused(Errno.EINVAL));
    assertThat(host.kvm.mmap(Pages.SIZE, READ_WRITE, ANONYMOUS, -1, 100))
        .isEqualTo(refused(Errno.EINVAL));
    assertThat(host.kvm.mmap(Pages.SIZE, READ_WRITE, MapFlags.MAP_ANONYMOUS, -1, 0))
        .as("neither shared nor private")
        .isEqualTo(refused(Errno.EINVAL));
    assertThat(host.kvm.mmap(1L << 48, READ_WRITE, ANONYMOUS, -1, 0))
        .isEqualTo(refused(Errno.ENOMEM));
    assertThat(host.kvm.mmap(1L << 46, READ_WRITE, ANONYMOUS, -1, 0))
        .as("more than the machine has")
        .isEqualTo(refused(Errno.ENOMEM));
    assertThat(host.kvm.mmap(Pages.SIZE, READ_WRITE, MapFlags.MAP_SHARED, -1, 0))
        .isEqualTo(refused(Errno.EBADF));
    assertThat(host.kvm.mmap(Pages.SIZE, READ_WRITE, MapFlags.MAP_SHARED, host.openKvm(), 0))
        .isEqualTo(refused(Errno.ENODEV));
    assertThat(host.kvm.mmap(Pages.SIZE, READ_WRITE, MapFlags.MAP_SHARED, host.createVm(), 0))
        .isEqualTo(refused(Errno.ENODEV));
  }

  @Test
  void unmapWholeMappings() {
    MemorySegment memory = host.map(4 * Pages.SIZE);
    assertThat(host.kvm.munmap(memory.asSlice(0, Pages.SIZE))).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.kvm.munmap(memory.asSlice(Pages.SIZE, Pages.SIZE)))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(host.kvm.munmap(memory.asSlice(1, Pages.SIZE))).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.kvm.munmap(memory.asSlice(0, 0))).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.unmap(memory)).isZero();
    assertThat(host.kvm.munmap(memory)).as("nothing is there any more").isZero();
  }

  @Test
  void showTheSamePagesOfAVcpuEveryTime() {
    int vcpu = host.kvm.ioctl(host.createVm(), KvmIoctl.CREATE_VCPU, 0);
    MemorySegment run = host.mapVcpu(vcpu);
    run.set(ValueLayout.JAVA_BYTE, Pages.SIZE, (byte) 5);
    MapResult second = host.kvm.mmap(Pages.SIZE, READ_WRITE, MapFlags.MAP_SHARED, vcpu, Pages.SIZE);
    assertThat(((MapResult.Mapped) second).memory().get(ValueLayout.JAVA_BYTE, 0))
        .isEqualTo((byte) 5);
    assertThat(host.kvm.mmap(2 * RunPage.SIZE, READ_WRITE, MapFlags.MAP_SHARED, vcpu, 0))
        .isEqualTo(refused(Errno.EINVAL));
    assertThat(host.kvm.mmap(Pages.SIZE, READ_WRITE, MapFlags.MAP_PRIVATE, vcpu, 0))
        .isEqualTo(refused(Errno.EINVAL));
    assertThat(host.unmap(run)).isZero();
    assertThat(run.get(ValueLayout.JAVA_BYTE, Pages.SIZE)).isEqualTo((byte) 5);
  }
}
