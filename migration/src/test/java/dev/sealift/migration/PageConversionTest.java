package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.vmm.Guest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages that change between private and shared while their guest moves. Three things can go wrong:
 * the guest writes before it announces; the host looks at the status before it looks at what was
 * written; a page is private again before its shared content has gone out. The third is in {@link
 * SharedPageSenderTest}.
 */
class PageConversionTest {
  private Crossing crossing;

  @BeforeEach
  void connect() throws Exception {
    crossing = new Crossing(TestHost.model(), TestHost.model());
  }

  @AfterEach
  void close() {
    crossing.close();
  }

  @ParameterizedTest(name = "moved after {0} of its 4 steps")
  @ValueSource(ints = {2, 3, 4})
  void aGuestThatAnnouncesBeforeItWritesLosesNothingWhereverItIsMoved(int done) throws Exception {
    assertThat(moveAfter(done, StagedGuest.ANNOUNCES_THEN_WRITES)).isTrue();
  }

  /** The first race: after 3 of 4 steps the page went as a private one, which it no longer was. */
  @ParameterizedTest(name = "moved after {0} of its 4 steps")
  @ValueSource(ints = {2, 3, 4})
  void aGuestThatWritesBeforeItAnnouncesLosesWhatItWrote(int done) throws Exception {
    assertThat(moveAfter(done, StagedGuest.WRITES_THEN_ANNOUNCES)).isFalse();
  }

  private boolean moveAfter(int things, StagedGuest program) throws Exception {
    try (var staged = program.launch(crossing.source)) {
      staged.let(things);
      Guests.moved(crossing.move(staged.guest()));
      try (Guest arrived = crossing.arrived()) {
        return StagedGuest.verdict(arrived);
      }
    }
  }

  /**
   * The second race. The guest shares a page and writes to it right before the dirty log is
   * fetched: the log names the page, so a status that was read before the log is stale for it. A
   * source that reads the status first, say at the end of the last round, sends the page as a
   * private one, and this fails.
   */
  @Test
  void aPageThatTheDirtyLogNamesGoesByTheStatusItHadWhenItWasWritten() throws Exception {
    try (var staged = StagedGuest.ANNOUNCES_THEN_WRITES.launch(crossing.source)) {
      staged.let(2);
      crossing.source.calls.before(KvmIoctl.GET_DIRTY_LOG, () -> staged.let(4));
      List<RoundReport> rounds = new ArrayList<>();
      MoveListener listener =
          new MoveListener() {
            @Override
            public void round(RoundReport round) {
              rounds.add(round);
            }
          };
      Guests.moved(crossing.move(staged.guest(), Crossing.OPTIONS, listener));

      assertThat(rounds.getFirst().sharedPages()).as("still private in round 0").isZero();
      assertThat(rounds.stream().skip(1).mapToLong(RoundReport::sharedPages).sum()).isOne();
      assertThat(rounds.stream().skip(1).mapToLong(RoundReport::privatePackets).sum()).isZero();
      try (Guest arrived = crossing.arrived()) {
        assertThat(StagedGuest.verdict(arrived)).isTrue();
      }
    }
  }
}
