package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A call that is over")
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherThreadsTest {
  private static final int COPY = KvmCapability.VM_COPY_ENC_CONTEXT_FROM;
  private static final int MOVE = KvmCapability.VM_MOVE_ENC_CONTEXT_FROM;
  private static final int EBADF = Errno.EBADF.negated();

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host;
  private final StartedGuest guest;

  OtherThreadsTest() {
    processor.maximumAsid = 1;
    host = TestHost.of(processor);
    guest = StartedGuest.launched(host);
  }

  private static <T> FutureTask<T> started(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static <T> T elsewhere(Callable<T> work) throws Exception {
    return started(work).get(20, TimeUnit.SECONDS);
  }

  private int status(int vm) {
    return host.op(vm, SevCommand.GUEST_STATUS, host.take(12)).result();
  }

  private int createVcpu(int vm) {
    return host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
  }

  private int runVcpu(int vcpu) {
    return host.calls.ioctl(vcpu, KvmIoctl.RUN, 0);
  }

  @Test
  void leavesVmAndProcessorToOtherThreads() throws Exception {
    assertThat(status(guest.vm())).isZero();
    MemorySegment memory = host.map(4096);
    assertThat(host.register(guest.vm(), memory.address(), 4096)).isZero();

    assertThat(elsewhere(() -> status(guest.vm()))).isZero();
  }

  @Test
  void leavesTheVmToOtherThreadsAfterARegionAlone() throws Exception {
    int vm = host.createVm();
    assertThat(host.register(vm, 0, 0)).isEqualTo(Errno.ENOTTY.negated());

    assertThat(elsewhere(() -> host.op(vm, SevCommand.INIT).result()))
        .isEqualTo(Errno.EBUSY.negated());
  }

  @Test
  void leavesTheDeviceToOtherThreads() throws Exception {
    assertThat(host.issue(guest.sevFd(), SevDeviceCommand.PDH_GEN, 0).result()).isZero();

    assertThat(elsewhere(() -> host.issue(guest.sevFd(), SevDeviceCommand.PDH_GEN, 0).result()))
        .isZero();
  }

  @Test
  void leavesThePlatformToOtherThreadsWhereItWentDown() throws Exception {
    TestHost fresh = TestHost.of(new ScriptedProcessor());
    int device = fresh.openSev(OpenFlags.O_RDWR);
    assertThat(fresh.issue(device, SevDeviceCommand.PDH_GEN, 0).result()).isZero();

    assertThat(elsewhere(() -> fresh.op(fresh.createVm(), SevCommand.INIT).result())).isZero();
  }

  @Test
  void leavesADeadProcessorToOtherThreads() throws Exception {
    processor.on(
        PspCommand.LAUNCH_FINISH,
        _ -> {
          throw new IllegalStateException("broken");
        });
    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_FINISH).result())
        .isEqualTo(Errno.ETIMEDOUT.negated());

    assertThat(elsewhere(() -> status(guest.vm()))).isEqualTo(Errno.EBUSY.negated());
  }

  @Test
  void leavesAddressSpacesToOtherThreadsAfterAFlush() throws Exception {
    host.calls.close(guest.vm());
    int vm = host.sevVm();
    assertThat(processor.log).endsWith("WBINVD", "DF_FLUSH");

    assertThat(elsewhere(() -> host.calls.close(vm))).isZero();
    assertThat(elsewhere(() -> host.op(host.createVm(), SevCommand.INIT).result())).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {COPY, MOVE})
  void leavesBothVmsOfATransferToOtherThreads(int capability) throws Exception {
    int source = createVcpu(guest.vm());
    int destination = host.createVm();
    assertThat(host.enableCap(destination, capability, 0, guest.vm())).isZero();
    int vcpu = createVcpu(destination);

    int vcpuOfADeadVm = capability == MOVE ? Errno.EIO.negated() : Errno.EINVAL.negated();
    assertThat(elsewhere(() -> runVcpu(source))).isEqualTo(vcpuOfADeadVm);
    assertThat(elsewhere(() -> runVcpu(vcpu))).isEqualTo(Errno.EINVAL.negated());
    assertThat(elsewhere(() -> status(destination))).isEqualTo(capability == COPY ? 0 : EBADF);
    assertThat(elsewhere(() -> host.calls.close(guest.vm()))).isZero();
    assertThat(elsewhere(() -> host.calls.close(destination))).isZero();
  }

  @Test
  void leavesAMirrorsOwnerToOtherThreads() throws Exception {
    int mirror = host.createVm();
    host.enableCap(mirror, COPY, 0, guest.vm());
    int moved = host.createVm();
    assertThat(host.enableCap(moved, MOVE, 0, mirror)).isZero();
    assertThat(elsewhere(() -> status(guest.vm()))).isZero();

    host.calls.close(moved);

    assertThat(elsewhere(() -> status(guest.vm()))).isZero();
    assertThat(elsewhere(() -> host.calls.close(guest.vm()))).isZero();
  }

  @Test
  void givesUpEveryVcpuWhereTheCallerIsKilledHalfWay() throws Exception {
    int destination = host.createVm();
    int first = createVcpu(guest.vm());
    int second = createVcpu(guest.vm());
    ReentrantLock busy = host.vms.vcpuAt(second).mutex();
    busy.lock();
    FutureTask<Boolean> move =
        new FutureTask<>(() -> {
          int result = host.enableCap(destination, MOVE, 0, guest.vm());
          assertThat(result).isEqualTo(Errno.EINTR.negated());
          return Thread.currentThread().isInterrupted();
        });
    Thread mover = Thread.ofPlatform().start(move);
    await(busy::hasQueuedThreads);

    mover.interrupt();

    assertThat(move.get()).as("the thread is still told that it was interrupted").isTrue();
    busy.unlock();
    assertThat(elsewhere(() -> runVcpu(first))).isEqualTo(Errno.EINVAL.negated());
    assertThat(elsewhere(() -> host.enableCap(destination, MOVE, 0, guest.vm()))).isZero();
  }

  /** What a call that waits for a VM answers when the VM is closed meanwhile. */
  private int whenClosedMeanwhile(int vm, Callable<Integer> call) throws Exception {
    SevVirtualMachine machine = host.vms.at(vm);
    machine.lock().lock();
    FutureTask<Integer> waiting = started(call);
    await(machine::isWaitedFor);
    host.calls.close(vm);
    machine.lock().unlock();
    return waiting.get(20, TimeUnit.SECONDS);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void findsABadDescriptorWhereTheVmWasClosedMeanwhile() throws Exception {
    assertThat(whenClosedMeanwhile(guest.vm(), () -> status(guest.vm()))).isEqualTo(EBADF);
  }

  @Test
  void findsABadDescriptorWhereTheVmOfARegionWasClosedMeanwhile() throws Exception {
    long address = host.map(4096).address();

    assertThat(whenClosedMeanwhile(guest.vm(), () -> host.register(guest.vm(), address, 4096)))
        .isEqualTo(EBADF);
  }

  @ParameterizedTest
  @ValueSource(ints = {COPY, MOVE})
  void findsABadDescriptorWhereEitherVmOfATransferWasClosedMeanwhile(int capability)
      throws Exception {
    int destination = host.createVm();
    assertThat(
            whenClosedMeanwhile(
                destination, () -> host.enableCap(destination, capability, 0, guest.vm())))
        .isEqualTo(EBADF);
    int another = host.createVm();
    assertThat(
            whenClosedMeanwhile(
                guest.vm(), () -> host.enableCap(another, capability, 0, guest.vm())))
        .isEqualTo(EBADF);
    assertThat(host.vms.at(another).isSevGuest()).isFalse();
  }
}
