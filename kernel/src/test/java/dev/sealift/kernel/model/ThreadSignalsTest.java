package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@DisplayName("Signals")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ThreadSignalsTest {
  private static final int KICK = 40;
  private static final int SIGUSR1 = 10;
  private static final int EINTR = Errno.EINTR.negated();

  private final AtomicLong stepsSeen = new AtomicLong();

  /** Counts its steps in r8 and shows the count. */
  private final TestProgram counting =
      new TestProgram(
          "counts in sight",
          machine -> {
            GuestStep step = TestProgram.counting().step(machine);
            stepsSeen.set(machine.register(TestProgram.R8));
            return step;
          });

  private final ModelGuest guest = ModelGuest.ready(counting, 0x10000);
  private final SoftwareKvm kvm = guest.host.kvm;

  private int setSignalMask(long blocked) {
    MemorySegment mask = guest.host.argument(12);
    mask.set(ValueLayout.JAVA_INT, 0, 8);
    mask.set(ValueLayout.JAVA_LONG_UNALIGNED, 4, blocked);
    return kvm.ioctl(guest.vcpu, KvmIoctl.SET_SIGNAL_MASK, mask.address());
  }

  private void awaitStep(long step) {
    while (stepsSeen.get() < step) {
      Thread.onSpinWait();
    }
  }

  @Test
  void arePendingUntilTheyAreTaken() {
    int self = kvm.currentThread();
    assertThat(kvm.take(KICK)).isEqualTo(Errno.EAGAIN.negated());
    assertThat(kvm.send(self, KICK)).isZero();
    assertThat(kvm.take(KICK + 1)).isEqualTo(Errno.EAGAIN.negated());
    assertThat(kvm.take(KICK)).isEqualTo(KICK);
    assertThat(kvm.take(KICK)).isEqualTo(Errno.EAGAIN.negated());
  }

  @Test
  void queueIfTheyAreRealTimeAndDoNotIfTheyAreNot() {
    int self = kvm.currentThread();
    for (int i = 0; i < 2; i++) {
      assertThat(kvm.send(self, KICK)).isZero();
      assertThat(kvm.send(self, SIGUSR1)).isZero();
    }
    assertThat(kvm.take(KICK)).isEqualTo(KICK);
    assertThat(kvm.take(KICK)).isEqualTo(KICK);
    assertThat(kvm.take(KICK)).isEqualTo(Errno.EAGAIN.negated());
    assertThat(kvm.take(SIGUSR1)).isEqualTo(SIGUSR1);
    assertThat(kvm.take(SIGUSR1)).isEqualTo(Errno.EAGAIN.negated());
  }

  @Test
  void queueUpToALimit() {
    int self = kvm.currentThread();
    int sent = 0;
    while (sent < 1 << 20 && kvm.send(self, KICK) == 0) {
      sent++;
    }
    assertThat(sent).isBetween(1, (1 << 20) - 1);
    assertThat(kvm.send(self, KICK)).isEqualTo(Errno.EAGAIN.negated());
    assertThat(kvm.take(KICK)).isEqualTo(KICK);
    assertThat(kvm.send(self, KICK)).isZero();
  }

  @Test
  void haveNumbersFrom1To64() {
    int self = kvm.currentThread();
    assertThat(kvm.send(self, 65)).isEqualTo(Errno.EINVAL.negated());
    assertThat(kvm.send(self, -1)).isEqualTo(Errno.EINVAL.negated());
    assertThat(kvm.send(self, 0)).as("asks whether the thread is there").isZero();
    assertThat(kvm.block(0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(kvm.take(65)).isEqualTo(Errno.EINVAL.negated());
    assertThat(kvm.send(0, KICK)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void reachNoThreadThatHasEnded() throws InterruptedException, ExecutionException {
    FutureTask<Integer> self = new FutureTask<>(kvm::currentThread);
    Thread thread = Thread.ofPlatform().start(self);
    int id = self.get();
    thread.join();
    assertThat(kvm.send(id, KICK)).isEqualTo(Errno.ESRCH.negated());
    kvm.currentThread();
    assertThat(kvm.send(id, 0)).isEqualTo(Errno.ESRCH.negated());
  }

  @Test
  void interruptAGuestThatIsEnteredWithOnePending() {
    kvm.send(kvm.currentThread(), KICK);
    assertThat(guest.enter()).isEqualTo(EINTR);
    assertThat(KvmRun.EXIT_REASON.get(guest.run)).isEqualTo(KvmExit.INTR);
    assertThat(stepsSeen).hasValue(0);
    assertThat(guest.enter()).as("as long as nobody takes it").isEqualTo(EINTR);
  }

  @Test
  void interruptARunningGuestEveryTime() throws InterruptedException, ExecutionException {
    assertThat(setSignalMask(0)).isZero();
    AtomicLong vcpuThread = new AtomicLong();
    AtomicLong kicksTaken = new AtomicLong();
    FutureTask<Void> vcpuLoop =
        new FutureTask<>(() -> {
          assertThat(kvm.block(KICK)).isZero();
          vcpuThread.set(kvm.currentThread());
          for (int i = 0; i < 1000; i++) {
            assertThat(guest.enter()).isEqualTo(EINTR);
            assertThat(kvm.take(KICK)).isEqualTo(KICK);
            kicksTaken.incrementAndGet();
          }
          return null;
        });
    Thread.ofPlatform().start(vcpuLoop);
    while (vcpuThread.get() == 0) {
      Thread.onSpinWait();
    }
    for (int i = 1; i <= 1000; i++) {
      awaitStep(stepsSeen.get() + 1);
      assertThat(kvm.send((int) vcpuThread.get(), KICK)).isZero();
      while (kicksTaken.get() < i && !vcpuLoop.isDone()) {
        Thread.onSpinWait();
      }
    }
    vcpuLoop.get();
  }

  @Test
  void thatTheVcpuBlocksDoNotInterruptIt() {
    int self = kvm.currentThread();
    long kickBlocked = 1L << (KICK - 1);
    assertThat(setSignalMask(kickBlocked)).isZero();
    CompletableFuture<Integer> sent =
        CompletableFuture.supplyAsync(() -> {
          awaitStep(1);
          int blocked = kvm.send(self, KICK);
          awaitStep(stepsSeen.get() + 1000);
          return blocked + kvm.send(self, SIGUSR1);
        });
    assertThat(guest.enter()).isEqualTo(EINTR);
    assertThat(sent.join()).isZero();
    assertThat(kvm.take(SIGUSR1)).as("the one that did").isEqualTo(SIGUSR1);
    assertThat(kvm.take(KICK)).as("the one that did not").isEqualTo(KICK);
  }

  @Test
  void areBlockedAsInTheThreadUnlessTheVcpuSaysOtherwise() {
    int self = kvm.currentThread();
    assertThat(kvm.block(KICK)).isZero();
    kvm.send(self, KICK);
    assertThat(setSignalMask(0)).isZero();
    assertThat(guest.enter()).as("the vCPU's mask counts").isEqualTo(EINTR);
    assertThat(kvm.ioctl(guest.vcpu, KvmIoctl.SET_SIGNAL_MASK, 0)).isZero();
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(() -> {
          awaitStep(1);
          kvm.send(self, SIGUSR1);
        });
    assertThat(guest.enter()).as("the thread's own mask counts").isEqualTo(EINTR);
    other.join();
    assertThat(stepsSeen.get()).isPositive();
  }

  @Test
  void areMaskedBySetsOfEightBytes() {
    MemorySegment mask = guest.host.argument(12);
    mask.set(ValueLayout.JAVA_INT, 0, 4);
    assertThat(kvm.ioctl(guest.vcpu, KvmIoctl.SET_SIGNAL_MASK, mask.address()))
        .isEqualTo(Errno.EINVAL.negated());
    assertThat(kvm.ioctl(guest.vcpu, KvmIoctl.SET_SIGNAL_MASK, ModelHost.badAddress()))
        .isEqualTo(Errno.EFAULT.negated());
  }
}
