package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.Ferry.Crossed;
import dev.sealift.migration.Ferry.Outcome;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.SourceStep;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A host that has no memory, no descriptor or no fast disk when a move needs it: the guest stays
 * whole where it was, or goes over whole.
 */
class HostLimitsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Tried first, and doubled where a busy machine is slower than that. */
  private static final Duration SHORT = Duration.ofMillis(300);

  /** What runs out. */
  private enum Resource {
    MEMORY(WatchedCalls::refuseMappingAfter, "ENOMEM"),
    DESCRIPTORS(WatchedCalls::refuseDescriptorAfter, "EMFILE");

    final BiConsumer<WatchedCalls, Integer> limit;
    final String errno;

    Resource(BiConsumer<WatchedCalls, Integer> limit, String errno) {
      this.limit = limit;
      this.errno = errno;
    }
  }

  /** At which host. */
  private enum Side {
    SOURCE(Ferry::source),
    DESTINATION(Ferry::target);

    final Function<Ferry, TestHost> host;

    Side(Function<Ferry, TestHost> host) {
      this.host = host;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDestinationThatRunsOutTurnsTheGuestAway(Resource resource) throws Exception {
    assertThat(refusalsUntilItMoves(resource, Side.DESTINATION)).isPositive();
  }

  @Test
  void aSourceThatRunsOutOfMemoryKeepsTheGuest() throws Exception {
    assertThat(refusalsUntilItMoves(Resource.MEMORY, Side.SOURCE)).isPositive();
  }

  /** Refuses the first, the second and so on of what a move needs, until it needs no more. */
  private static int refusalsUntilItMoves(Resource resource, Side side) throws Exception {
    try (var ferry = new Ferry(TIMEOUT)) {
      Footprint before = Footprint.ofThisProcess();
      int refusals = 0;
      Crossed crossed = crossWith(ferry, resource, side, refusals);
      while (crossed.outcome() == Outcome.STAYED) {
        assertThat(crossed.reason())
            .contains(resource.errno)
            .containsPattern("^(GUEST_REFUSED|HOST_FAILED)")
            .doesNotContain("Exception");
        before.awaitAgain();
        refusals++;
        crossed = crossWith(ferry, resource, side, refusals);
      }
      assertThat(crossed.outcome()).isEqualTo(Outcome.MOVED);
      return refusals;
    }
  }

  private static Crossed crossWith(Ferry ferry, Resource resource, Side side, int left)
      throws Exception {
    WatchedCalls calls = side.host.apply(ferry).calls;
    resource.limit.accept(calls, left);
    try {
      return ferry.cross();
    } finally {
      resource.limit.accept(calls, Integer.MAX_VALUE);
    }
  }

  @Test
  void aGuestBeyondWhatTheDestinationMayPinStays() throws Exception {
    long tooLittle = CountingGuest.PAGES * 4096L - 4096;
    try (var ferry = new Ferry(TestHost.model(), TestHost.modelThatPinsUpTo(tooLittle), TIMEOUT)) {
      Crossed crossed = ferry.cross();
      assertThat(crossed.outcome()).isEqualTo(Outcome.STAYED);
      assertThat(crossed.reason()).startsWith("GUEST_REFUSED").contains("ENOMEM");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PREPARED", "COMMITTED", "RUNNING"})
  void aSlowDiskOfTheDestinationLosesNoGuest(DestinationStep step) throws Exception {
    crossOverSlowDisk(Side.DESTINATION, step, step == DestinationStep.PREPARED);
  }

  @ParameterizedTest
  @EnumSource(names = {"FINISHING", "FINISHED"})
  void aSlowDiskOfTheSourceLosesNoGuest(SourceStep step) throws Exception {
    crossOverSlowDisk(Side.SOURCE, step, false);
  }

  private static void crossOverSlowDisk(Side side, HandOverStep step, boolean mayStay)
      throws Exception {
    Duration timeout = SHORT;
    while (!crossOverSlowDisk(side, step, mayStay, timeout)) {
      timeout = timeout.multipliedBy(2);
    }
  }

  /** Returns whether the move came as far as the step that is slow. */
  private static boolean crossOverSlowDisk(
      Side side, HandOverStep step, boolean mayStay, Duration timeout) throws Exception {
    try (var ferry = new Ferry(timeout)) {
      MemoryJournal journal = side.host.apply(ferry).journal;
      journal.slowDownAt(step, timeout.multipliedBy(2));
      Crossed crossed = ferry.cross();
      assertThat(crossed.outcome()).isNotIn(Outcome.LOST, Outcome.DOUBLED);
      if (journal.wasSlow() && !mayStay) {
        assertThat(crossed.outcome()).as(crossed.reason()).isNotEqualTo(Outcome.STAYED);
      }
      return journal.wasSlow();
    }
  }
}
