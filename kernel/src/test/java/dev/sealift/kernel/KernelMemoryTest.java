package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Memory that the kernel takes for a call")
class KernelMemoryTest {
  private final TestHost host = TestHost.of(new ScriptedProcessor());
  private final StartedGuest guest = StartedGuest.launched(host);
  private final MemorySegment large = host.map(3 * 0x4000);
  private final long bad = host.unmapped();
  private int ranges;

  private Outcome send(long length) {
    long address = large.address();
    return host.op(
        guest.vm(),
        SevCommand.SEND_UPDATE_DATA,
        host.struct(
            48, new KvmSevSendUpdateData(address, length, address, 4096, address, length)::write));
  }

  @BeforeEach
  void aPacketWasSentBefore() {
    assertThat(send(4096).result()).isZero();
    ranges = host.physicalMemory.ranges();
  }

  @Test
  void isGivenBackWhereOnePartOfTheParametersCannotBeRead() {
    MemorySegment struct =
        host.struct(40, new KvmSevReceiveStart(0, 1, large.address(), 2084, bad, 128)::write);

    assertThat(host.op(guest.vm(), SevCommand.RECEIVE_START, struct, guest.sevFd()).result())
        .isEqualTo(Errno.EFAULT.negated());

    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
  }

  @Test
  void forAPacketLargerThanAnyIsGivenBackWithTheCall() {
    assertThat(send(0x4001).result()).isZero();

    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
  }

  @Test
  void ofAVmThatGaveItsContextAwayIsGivenBackWithIt() {
    int mirror = host.createVm();
    host.enableCap(mirror, KvmCapability.VM_COPY_ENC_CONTEXT_FROM, 0, guest.vm());
    int destination = host.createVm();
    host.enableCap(destination, KvmCapability.VM_MOVE_ENC_CONTEXT_FROM, 0, guest.vm());

    host.calls.close(guest.vm());

    assertThat(host.physicalMemory.ranges()).isLessThan(ranges);
    assertThat(host.vms.at(mirror).isSevGuest()).isTrue();
  }

  @Test
  void neverHoldsTheCommandOfAnEarlierCall() {
    MemorySegment finish = host.take(24);
    new KvmSevCmd(SevCommand.SEND_FINISH.id(), 0, 0, 0).write(finish);
    host.calls.ioctl(guest.vm(), KvmIoctl.MEMORY_ENCRYPT_OP, finish.address());
    byte[] before = TestHost.bytes(finish.fill((byte) 0x77));

    assertThat(host.calls.ioctl(guest.vm(), KvmIoctl.MEMORY_ENCRYPT_OP, bad))
        .isEqualTo(Errno.EFAULT.negated());

    assertThat(TestHost.bytes(finish)).isEqualTo(before);
  }
}
