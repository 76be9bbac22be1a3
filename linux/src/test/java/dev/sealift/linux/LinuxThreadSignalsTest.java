package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Signals between threads")
class LinuxThreadSignalsTest {
  private static final int SIGNAL = 40;

  private final LinuxThreadSignals signals = LinuxHost.signalsOrSkip();

  /** A signal that is blocked and left behind ends the process, so it never touches JUnit's. */
  private static <T> T onThreadOfItsOwn(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().start(task);
    return task.get();
  }

  @Test
  void waitUntilTheyAreTaken() throws Exception {
    int taken =
        onThreadOfItsOwn(() -> {
          assertThat(signals.block(SIGNAL)).isZero();
          assertThat(signals.take(SIGNAL)).isEqualTo(Errno.EAGAIN.negated());
          assertThat(signals.send(signals.currentThread(), SIGNAL)).isZero();
          int signal = signals.take(SIGNAL);
          assertThat(signals.take(SIGNAL)).isEqualTo(Errno.EAGAIN.negated());
          return signal;
        });
    assertThat(taken).isEqualTo(SIGNAL);
  }

  @Test
  void reachOnlyTheThreadTheyAreSentTo() throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    int[] thread = new int[1];
    FutureTask<Integer> receiver =
        new FutureTask<>(() -> {
          signals.block(SIGNAL);
          thread[0] = signals.currentThread();
          blocked.countDown();
          sent.await();
          return signals.take(SIGNAL);
        });
    Thread.ofPlatform().start(receiver);
    blocked.await();

    int senders =
        onThreadOfItsOwn(() -> {
          signals.block(SIGNAL);
          assertThat(signals.send(thread[0], SIGNAL)).isZero();
          return signals.take(SIGNAL);
        });
    sent.countDown();

    assertThat(senders).isEqualTo(Errno.EAGAIN.negated());
    assertThat(receiver.get()).isEqualTo(SIGNAL);
  }

  @Test
  void knowThreadsByDifferentNumbers() throws Exception {
    int here = signals.currentThread();
    int there = onThreadOfItsOwn(signals::currentThread);
    assertThat(here).isPositive();
    assertThat(there).isPositive().isNotEqualTo(here);
  }

  @Test
  void cannotBeSentToAThreadThatIsNotThere() {
    assertThat(signals.send(Integer.MAX_VALUE, SIGNAL)).isEqualTo(Errno.ESRCH.negated());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65, Integer.MIN_VALUE})
  void haveNumbersFromOneToSixtyFour(int signal) {
    assertThat(signals.block(signal)).isEqualTo(Errno.EINVAL.negated());
    assertThat(signals.send(signals.currentThread(), signal)).isEqualTo(Errno.EINVAL.negated());
    assertThat(signals.take(signal)).isEqualTo(Errno.EINVAL.negated());
  }
}
