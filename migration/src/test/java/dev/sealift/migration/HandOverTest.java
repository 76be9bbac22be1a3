package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandOverTest {
  private static final MoveId MOVE = new MoveId(1, 2);

  /** Where the two sides stand, and whether COMMIT was said. */
  private record Pair(SourceStep source, DestinationStep destination) {
    boolean neverTwo() {
      return !(source.mayRunHere() && destination.mayRunHere());
    }

    /** All that may happen next: the destination commits only once COMMIT may have been said. */
    List<Pair> next() {
      List<Pair> next = new ArrayList<>();
      for (SourceStep step : source.next()) {
        boolean needsPrepared = step == SourceStep.FINISHING;
        if (!needsPrepared || destination == DestinationStep.PREPARED) {
          next.add(new Pair(step, destination));
        }
      }
      for (DestinationStep step : destination.next()) {
        boolean needsCommit = step == DestinationStep.COMMITTED;
        if (!needsCommit || !source.mayRunHere()) {
          next.add(new Pair(source, step));
        }
      }
      return next;
    }
  }

  @Test
  void atNoMomentMayTheGuestRunAtBothHosts() {
    Set<Pair> seen = new HashSet<>();
    Deque<Pair> due = new ArrayDeque<>();
    due.add(new Pair(SourceStep.NEGOTIATING, DestinationStep.RECEIVING));
    while (!due.isEmpty()) {
      Pair pair = due.remove();
      if (seen.add(pair)) {
        assertThat(pair).matches(Pair::neverTwo);
        due.addAll(pair.next());
      }
    }
    assertThat(seen)
        .contains(new Pair(SourceStep.HANDED_OVER, DestinationStep.RUNNING))
        .contains(new Pair(SourceStep.STAYED, DestinationStep.TORN_DOWN));
  }

  @ParameterizedTest
  @EnumSource(SourceStep.class)
  void onceTheSourceMayNotRunTheGuestItNeverMayAgain(SourceStep step) {
    if (!step.mayRunHere()) {
      assertThat(step.next()).noneMatch(SourceStep::mayRunHere);
    }
  }

  @Test
  void aStepIsOnTheJournalBeforeAnybodyHearsOfIt() throws MigrationException {
    List<String> happened = new ArrayList<>();
    var handOver =
        new HandOver<SourceStep>(
            (step, move) -> happened.add("written " + step),
            MOVE,
            SourceStep.NEGOTIATING,
            step -> happened.add("heard " + step));
    handOver.advance(SourceStep.SENDING);
    assertThat(happened)
        .containsExactly(
            "written NEGOTIATING", "heard NEGOTIATING", "written SENDING", "heard SENDING");
  }

  @Test
  void aStepThatMayNotFollowIsNotTaken() throws MigrationException {
    var handOver =
        new HandOver<SourceStep>((step, move) -> {}, MOVE, SourceStep.NEGOTIATING, step -> {});
    assertThatThrownBy(() -> handOver.advance(SourceStep.FINISHED))
        .isInstanceOf(IllegalStateException.class);
    assertThat(handOver.current()).isEqualTo(SourceStep.NEGOTIATING);
  }

  @Test
  void aJournalThatCannotBeWrittenIsAFailureThatSaysSo() {
    assertThatThrownBy(() ->
            new HandOver<SourceStep>(
                (step, move) -> {
                  throw new IOException("the disk is full");
                },
                MOVE,
                SourceStep.NEGOTIATING,
                step -> {}))
        .isInstanceOfSatisfying(
            MigrationException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(FailureCode.JOURNAL_FAILED);
              assertThat(failure).hasMessageContaining("the disk is full");
            });
  }
}
