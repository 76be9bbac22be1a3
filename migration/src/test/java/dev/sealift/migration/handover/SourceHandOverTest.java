package dev.sealift.migration.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.handover.SourceEvent.Plain;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Place;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SourceHandOverTest {
  private static final MoveId MOVE = new MoveId(1, 2);

  private final List<String> happened = new ArrayList<>();
  private @Nullable SourceStep unwritable;
  private boolean refused;
  private final Deque<Ownership.Answer> grants = new ArrayDeque<>();

  private final HandOverJournal journal =
      new HandOverJournal() {
        @Override
        public void record(HandOverStep step, MoveId move, Map<JournalEntry.Detail, String> details)
            throws IOException {
          if (step == unwritable) {
            throw new IOException("no space left on device");
          }
          happened.add("written " + step.name());
        }

        @Override
        public List<JournalEntry> moves() {
          return List.of();
        }
      };

  private final SourceHandOver.Hands hands =
      new SourceHandOver.Hands() {
        @Override
        public boolean finish() {
          happened.add("SEND_FINISH");
          return !refused;
        }

        @Override
        public Ownership.Answer grant() {
          happened.add("GRANT");
          return grants.isEmpty() ? Ownership.Answer.YES : grants.removeFirst();
        }

        @Override
        public void comeBack() {
          happened.add("the guest runs on");
        }

        @Override
        public void sayPrepare() {
          happened.add("PREPARE");
        }

        @Override
        public void sayCommit() {
          happened.add("COMMIT");
        }

        @Override
        public void sayAbort() {
          happened.add("ABORT");
        }

        @Override
        public void connect() {
          happened.add("connect");
        }

        @Override
        public void discard() {
          happened.add("discard");
        }

        @Override
        public Map<JournalEntry.Detail, String> details() {
          return Map.of();
        }

        @Override
        public void taken(SourceStep step) {}

        @Override
        public void unwritten(SourceStep step, IOException why) {
          happened.add("unwritten " + step);
        }
      };

  @Test
  void eachStepIsWrittenDownBeforeAnybodyActsOnIt() {
    go(Plain.STARTED, Plain.STOPPED, Plain.ALL_SENT, Plain.PREPARED, Plain.RUNNING);
    assertThat(happened)
        .containsExactly(
            "written NEGOTIATING",
            "written SENDING",
            "written PAUSED",
            "written PREPARING",
            "PREPARE",
            "written FINISHING",
            "SEND_FINISH",
            "written FINISHED",
            "GRANT",
            "COMMIT",
            "written COMMITTED",
            "written HANDED_OVER",
            "discard");
  }

  @Test
  void aStepThatCannotBeWrittenBeforeSendFinishKeepsTheGuestHere() {
    unwritable = SourceStep.FINISHING;
    go(Plain.STARTED, Plain.STOPPED, Plain.ALL_SENT, Plain.PREPARED);
    assertThat(happened)
        .endsWith(
            "unwritten FINISHING", "the guest runs on", "written WITHDRAWN", "ABORT", "connect")
        .doesNotContain("SEND_FINISH", "COMMIT");
  }

  @Test
  void aStepThatCannotBeWrittenAfterSendFinishDoesNotKeepTheGuestFromTheDestination() {
    unwritable = SourceStep.FINISHED;
    go(Plain.STARTED, Plain.STOPPED, Plain.ALL_SENT, Plain.PREPARED);
    assertThat(happened)
        .contains("SEND_FINISH", "unwritten FINISHED", "COMMIT")
        .doesNotContain("the guest runs on");
  }

  @Test
  void aRefusedSendFinishKeepsTheGuestHere() {
    refused = true;
    go(Plain.STARTED, Plain.STOPPED, Plain.ALL_SENT, Plain.PREPARED);
    assertThat(happened).contains("SEND_FINISH", "the guest runs on").doesNotContain("COMMIT");
  }

  @Test
  void noCommitIsSaidBeforeTheRegistryHasAnswered() {
    grants.add(Ownership.Answer.UNKNOWN);
    go(Plain.STARTED, Plain.STOPPED, Plain.ALL_SENT, Plain.PREPARED);
    assertThat(happened).endsWith("SEND_FINISH", "written FINISHED", "GRANT");

    SourceHandOver handOver =
        SourceHandOver.recover(journal, MOVE, SourceStep.FINISHED, Copy.SENT, hands);
    handOver.hear(new SourceEvent.Standing(Place.PREPARED));
    assertThat(happened)
        .endsWith("GRANT", "connect", "GRANT", "GRANT", "COMMIT", "written COMMITTED");
  }

  @Test
  void noCommitIsSaidForAGuestThatAThirdHostOwns() {
    grants.add(Ownership.Answer.NO);
    go(Plain.STARTED, Plain.STOPPED, Plain.ALL_SENT, Plain.PREPARED);
    assertThat(happened).endsWith("GRANT").doesNotContain("COMMIT", "the guest runs on");
  }

  @Test
  void aStepOutOfTurnIsNotTaken() {
    SourceHandOver handOver = SourceHandOver.begin(journal, MOVE, hands);
    assertThatThrownBy(() -> handOver.hear(Plain.ALL_SENT))
        .isInstanceOf(IllegalStateException.class);
    assertThat(handOver.step()).isEqualTo(SourceStep.NEGOTIATING);
  }

  @Test
  void aJournalThatTheSecureProcessorContradictsStopsEverything() {
    assertThatThrownBy(
            () -> SourceHandOver.recover(journal, MOVE, SourceStep.FINISHED, Copy.RUNNABLE, hands))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("source.FINISHED");
    assertThat(happened).isEmpty();
  }

  private void go(SourceEvent... events) {
    SourceHandOver handOver = SourceHandOver.begin(journal, MOVE, hands);
    for (SourceEvent event : events) {
      handOver.hear(event);
    }
  }
}
