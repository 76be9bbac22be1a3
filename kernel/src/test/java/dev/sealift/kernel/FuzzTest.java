package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.kernel.FuzzedProcess.Surface;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Any calls with any parameters, in rounds: each has a host of its own and all its choices from one
 * seed. {@code -Dsealift.fuzz.seconds} says how long each test goes on, {@code -Dsealift.fuzz.seed}
 * that it does one round only, with that seed.
 */
@DisplayName("Any calls with any parameters")
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
  private static final int CALLS_OF_A_ROUND = 600;
  private static final int PROCESSES = 2;

  private final Map<String, Integer> successes = new TreeMap<>();
  private final Set<GuestState> reached = EnumSet.of(GuestState.UNINIT);
  private long calls;

  /** A round of calls. */
  private interface Round {
    void run(long seed) throws Exception;
  }

  private void repeat(String name, long defaultSeconds, Round round) throws Exception {
    Long only = Long.getLong("sealift.fuzz.seed");
    long seconds = Long.getLong("sealift.fuzz.seconds", defaultSeconds);
    long first = only != null ? only : new Random().nextInt(1_000_000_000);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long seed = first;
    do {
      try {
        round.run(seed);
      } catch (Throwable failure) {
        throw new AssertionError("replay with -Dsealift.fuzz.seed=" + seed, failure);
      }
      seed++;
    } while (only == null && System.nanoTime() < end);
    System.out.printf(
        "%s: %d calls in %d rounds, seeds %d to %d; succeeded: %s%n",
        name, calls, seed - first, first, seed - 1, successes);
  }

  private void account(FuzzedProcess process) {
    calls += process.calls;
    process.successes.forEach((name, count) -> successes.merge(name, count, Integer::sum));
  }

  /** One process, so that every state is known at every moment. */
  private void alone(Surface surface, long seed) {
    Random random = new Random(seed);
    FuzzedHost host = new FuzzedHost(random);
    FuzzedStates states = new FuzzedStates(host);
    FuzzedProcess process = manyCalls(new FuzzedProcess(host, surface, random, states));
    host.closeAllAndExpectNothingLeft(FuzzedMemory.MAPPINGS);
    account(process);
    reached.addAll(states.reached);
  }

  private void together(long seed) throws Exception {
    Random random = new Random(seed);
    FuzzedHost host = new FuzzedHost(random);
    List<FuzzedProcess> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(
          new FuzzedProcess(host, Surface.KVM, new Random(random.nextLong()), /* states= */ null));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(PROCESSES)) {
      List<Callable<FuzzedProcess>> work = new ArrayList<>();
      processes.forEach(process -> work.add(() -> manyCalls(process)));
      for (Future<FuzzedProcess> process : threads.invokeAll(work)) {
        account(process.get());
      }
    }
    host.closeAllAndExpectNothingLeft(PROCESSES * FuzzedMemory.MAPPINGS);
  }

  private static FuzzedProcess manyCalls(FuzzedProcess process) {
    for (int i = 0; i < CALLS_OF_A_ROUND; i++) {
      try {
        process.step();
      } catch (Throwable failure) {
        throw new AssertionError("call %d: %s".formatted(i, process.call()), failure);
      }
    }
    return process;
  }

  @ParameterizedTest
  @EnumSource
  void areAnsweredAsDocumentedAndLeaveNothingBehind(Surface surface) throws Exception {
    repeat(surface + " surface", 1, seed -> alone(surface, seed));
    assertThat(calls).isPositive();
  }

  @Test
  void areAnsweredAsDocumentedTwoThreadsAtOnce() throws Exception {
    repeat("Two threads", 1, this::together);
    assertThat(calls).isPositive();
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void reachEveryState(Surface surface) throws Exception {
    repeat(surface + " surface", 60, seed -> alone(surface, seed));
    assertThat(reached).containsExactly(GuestState.values());
  }

  @Tag("long")
  @Test
  void areAnsweredAsDocumentedTwoThreadsAtOnceForLong() throws Exception {
    repeat("Two threads", 60, this::together);
    assertThat(calls).isPositive();
  }
}
