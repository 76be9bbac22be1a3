package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("KVM_MEMORY_ENCRYPT_REG_REGION and UNREG_REGION")
class EncryptedRegionsTest {
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int ENOMEM = Errno.ENOMEM.negated();

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);
  private int vm = host.sevVm();

  private void withLimit(long bytes) {
    host = TestHost.of(processor, new KernelSettings(false, bytes, false));
    vm = host.sevVm();
  }

  @Test
  void aRegionIsPinnedUntilItIsUnregistered() {
    MemorySegment memory = host.map(4 * 4096);

    assertThat(host.register(vm, memory.address(), 4 * 4096)).isZero();
    assertThat(host.pinned(vm)).isEqualTo(4);

    processor.forget();
    assertThat(host.unregister(vm, memory.address(), 4 * 4096)).isZero();
    assertThat(host.pinned(vm)).isZero();
    assertThat(processor.log).containsExactly("WBINVD");
  }

  @Test
  void everyPageThatIsTouchedCounts() {
    MemorySegment memory = host.map(3 * 4096);

    assertThat(host.register(vm, memory.address() + 4095, 4098)).isZero();

    assertThat(host.pinned(vm)).isEqualTo(3);
  }

  @Test
  void regionsMayOverlapAndRepeat() {
    MemorySegment memory = host.map(8192);
    assertThat(host.register(vm, memory.address(), 8192)).isZero();
    assertThat(host.register(vm, memory.address(), 8192)).isZero();
    assertThat(host.register(vm, memory.address(), 4096)).isZero();
    assertThat(host.pinned(vm)).isEqualTo(5);

    assertThat(host.unregister(vm, memory.address(), 8192)).isZero();
    assertThat(host.unregister(vm, memory.address(), 8192)).isZero();
    assertThat(host.unregister(vm, memory.address(), 8192)).isEqualTo(EINVAL);
    assertThat(host.pinned(vm)).isEqualTo(1);
  }

  @Test
  void onlyExactlyWhatWasRegisteredIsUnregistered() {
    MemorySegment memory = host.map(8192);
    host.register(vm, memory.address(), 8192);

    assertThat(host.unregister(vm, memory.address(), 4096)).isEqualTo(EINVAL);
    assertThat(host.unregister(vm, memory.address() + 4096, 8192)).isEqualTo(EINVAL);
    assertThat(host.pinned(vm)).isEqualTo(2);
  }

  @Test
  void aVmThatIsNoSevGuestHasNoRegions() {
    int plain = host.createVm();
    long address = host.map(4096).address();

    assertThat(host.register(plain, address, 4096)).isEqualTo(Errno.ENOTTY.negated());
    assertThat(host.unregister(plain, address, 4096)).isEqualTo(Errno.ENOTTY.negated());
  }

  @ParameterizedTest
  @ValueSource(ints = {KvmIoctl.MEMORY_ENCRYPT_REG_REGION, KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION})
  void aStructThatCannotBeReadIsABadAddressOnAnyVm(int request) {
    assertThat(host.calls.ioctl(vm, request, 0)).isEqualTo(Errno.EFAULT.negated());
    assertThat(host.calls.ioctl(host.createVm(), request, host.unmapped()))
        .isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void anEmptyWrappingOrAbsurdRangeIsInvalid() {
    long address = host.map(4096).address();

    assertThat(host.register(vm, address, 0)).isEqualTo(EINVAL);
    assertThat(host.register(vm, -4096, 8192)).isEqualTo(EINVAL);
    assertThat(host.register(vm, address, -address)).isEqualTo(EINVAL);
    assertThat(host.register(vm, address, 1L << 43)).isEqualTo(EINVAL);
    assertThat(host.register(vm, address, 1L << 62)).isEqualTo(EINVAL);
    assertThat(host.pinned(vm)).isZero();
  }

  @Test
  @SuppressWarnings("restricted") // memory that is never touched: only its size matters here
  void noMoreIsPinnedThanTheMachineCouldHave() {
    long size = 7L << 40;
    MemorySegment memory = MemorySegment.ofAddress(1L << 44).reinterpret(size);
    assertThat(host.user.map(memory, 3)).isTrue();
    for (int i = 0; i < 9; i++) {
      assertThat(host.register(vm, memory.address(), size)).isZero();
    }

    assertThat(host.register(vm, memory.address(), size)).isEqualTo(EINVAL);

    long all = PhysicalMemory.END - PhysicalMemory.START;
    assertThat(host.register(vm, memory.address(), all - 9 * size)).isZero();
    assertThat(host.register(vm, memory.address(), 1)).isEqualTo(EINVAL);
  }

  @Test
  void oneRegionHasAtMostAsManyPagesAsAnIntCounts() {
    long address = host.map(4096).address();

    assertThat(host.register(vm, address, (1L << 31) - 1 << 12)).isEqualTo(ENOMEM);
    assertThat(host.register(vm, address, 1L << 31 << 12)).isEqualTo(EINVAL);
  }

  @Test
  void memoryThatIsMissingOrReadOnlyCannotBePinned() {
    long readOnly = host.map(4096, MapFlags.PROT_READ).address();
    long last = host.map(4096).address();

    assertThat(host.register(vm, host.unmapped(), 4096)).isEqualTo(ENOMEM);
    assertThat(host.register(vm, readOnly, 4096)).isEqualTo(ENOMEM);
    assertThat(host.register(vm, last, 1L << 40)).isEqualTo(ENOMEM);
    assertThat(host.pinned(vm)).isZero();
  }

  @Test
  void noMoreThanTheLimitIsPinned() {
    withLimit(3 * 4096 + 4095);
    long address = host.map(4 * 4096).address();

    assertThat(host.register(vm, address, 4 * 4096)).isEqualTo(ENOMEM);
    assertThat(host.register(vm, address, 3 * 4096)).isZero();
    assertThat(host.register(vm, address, 1)).isEqualTo(ENOMEM);
    assertThat(host.unregister(vm, address, 3 * 4096)).isZero();
    assertThat(host.register(vm, address, 1)).isZero();
  }

  @Test
  void theLimitIsEachVmsOwn() {
    withLimit(4096);
    long address = host.map(4096).address();
    assertThat(host.register(vm, address, 4096)).isZero();

    assertThat(host.register(host.sevVm(), address, 4096)).isZero();
  }
}
