package dev.sealift.vmm.guest;

import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE;
import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE_PAGES;
import static dev.sealift.vmm.guest.PseudoRandomWriter.HOT_SET;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW_PAGES;
import static dev.sealift.vmm.guest.RunningGuest.PLAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("A guest under /dev/kvm")
class GuestOnKvmTest {

  @Test
  void provesThatItsMemoryIsIntact() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.pause();
      long before = guest.steps();

      MemoryProof proof = MemoryProof.take(guest.machine, PLAN);

      assertThat(proof.mismatches()).isZero();
      assertThat(proof.firstMismatch()).isEmpty();
      assertThat(proof.pagesCompared()).isEqualTo(PLAN.pages());
      assertThat(proof.steps()).isGreaterThanOrEqualTo(before);
      assertThat(guest.machine.vcpu().isRunning()).isFalse();
    }
  }

  @Test
  void canBeProvedAgainWithTheSameReplay() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.pause();
      Replay replay = new Replay(PLAN);
      MemoryProof first = MemoryProof.take(guest.machine, replay);

      guest.run();
      guest.awaitConversions(2);
      guest.pause();
      MemoryProof second = MemoryProof.take(guest.machine, replay);

      assertThat(second.steps()).isGreaterThan(first.steps());
      assertThat(second.mismatches()).isZero();
    }
  }

  @Test
  void provesExactlyThePagesThatAreNotWhatTheyMustBe() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.pause();
      long[] damaged = {
        0x7, // zeros that the owner measured
        0x20, // filled and never written again
        WINDOW / Pages.SIZE + 3, // shared with the host
        HOT_SET / Pages.SIZE + 17, // written for ever
        PLAN.pages() - 1
      };
      for (long page : damaged) {
        flipLowestBit(guest.page(page), 8 * 21);
      }

      MemoryProof proof = MemoryProof.take(guest.machine, PLAN);

      PageSet expected = new PageSet(PLAN.pages());
      for (long page : damaged) {
        expected.add(page);
      }
      assertThat(proof.mismatchingPages()).isEqualTo(expected);
      assertThat(proof.mismatches()).isEqualTo(damaged.length);
      assertThat(proof.firstMismatch()).hasValue(0x7);
    }
  }

  private static void flipLowestBit(MemorySegment page, long offset) {
    byte right = page.get(ValueLayout.JAVA_BYTE, offset);
    page.set(ValueLayout.JAVA_BYTE, offset, (byte) (right ^ 1));
  }

  @Test
  void cannotBeProvedByAReplayThatIsAheadOfIt() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.pause();
      Replay ahead = new Replay(PLAN);
      ahead.advance(guest.steps() + (1 << 20));

      assertThatThrownBy(() -> MemoryProof.take(guest.machine, ahead))
          .isInstanceOf(VmmException.class)
          .hasMessageContaining("its registers are not intact");
    }
  }

  @Test
  void cannotBeProvedByThePlanOfAnother() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.pause();

      assertThatThrownBy(() -> MemoryProof.take(guest.machine, new Plan(8L << 20, 1)))
          .isInstanceOf(VmmException.class)
          .hasMessageContaining("compare it with the plan it was made by");
    }
  }

  @Test
  void leavesInTheDirtyLogExactlyThePagesItChanged() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.pauseWithFullExchange();
      byte[] before = guest.memory().toArray(ValueLayout.JAVA_BYTE);
      guest.machine.dirtyLog().start();
      assertThat(guest.machine.dirtyLog().fetchAndClear().isEmpty()).isTrue();

      guest.run();
      guest.awaitConversions(1);
      guest.pause();

      PageSet dirty = guest.machine.dirtyLog().fetchAndClear();
      PageSet changed = changedPages(guest, before);
      PageSet wipedOnly = changed.copy();
      wipedOnly.removeAll(dirty);
      for (long page = 0; page < EXCHANGE_PAGES; page++) {
        wipedOnly.remove(EXCHANGE / Pages.SIZE + page);
      }
      assertThat(numbers(wipedOnly))
          .as("but for what the VMM wiped because its status changed")
          .isEmpty();
      assertThat(dirty.contains(HOT_SET / Pages.SIZE)).isTrue();
      assertThat(dirty.contains(WINDOW / Pages.SIZE)).isFalse();
      dirty.removeAll(changed);
      assertThat(numbers(dirty)).isEmpty();
      assertThat(guest.machine.dirtyLog().fetchAndClear().isEmpty())
          .as("what was fetched is clean")
          .isTrue();
    }
  }

  private static List<Long> numbers(PageSet pages) {
    List<Long> numbers = new ArrayList<>();
    pages.forEach(numbers::add);
    return numbers;
  }

  private static PageSet changedPages(RunningGuest guest, byte[] before) {
    PageSet changed = new PageSet(PLAN.pages());
    for (long page = 0; page < PLAN.pages(); page++) {
      MemorySegment then = MemorySegment.ofArray(before).asSlice(page << Pages.SHIFT, Pages.SIZE);
      if (guest.page(page).mismatch(then) >= 0) {
        changed.add(page);
      }
    }
    return changed;
  }

  @Test
  void stopsWheneverItIsTold() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      long steps = 0;
      for (int kick = 0; kick < 200; kick++) {
        guest.pause();
        long stopped = guest.steps();
        assertThat(stopped).isGreaterThanOrEqualTo(steps).isEqualTo(guest.steps());
        steps = stopped;
        guest.run();
      }
      guest.pause();
      assertThat(MemoryProof.take(guest.machine, PLAN).mismatches()).isZero();
    }
  }

  @Test
  void goesOnInAnotherVirtualMachineWhereverItIsStopped() throws Exception {
    try (RunningGuest here = RunningGuest.launch();
        RunningGuest there = RunningGuest.empty()) {
      RunningGuest from = here;
      RunningGuest to = there;
      long steps = 0;
      for (int move = 0; move < 20; move++) {
        from.pause();
        to.takeOver(from);
        assertThat(to.steps()).isGreaterThanOrEqualTo(steps);
        steps = to.steps();
        to.run();
        if (move % 5 == 0) {
          to.awaitConversions(1);
        }
        RunningGuest swapped = from;
        from = to;
        to = swapped;
      }
      from.awaitConversions(1);
      from.pause();

      MemoryProof proof = MemoryProof.take(from.machine, PLAN);

      assertThat(proof.mismatches()).isZero();
      assertThat(proof.steps()).isGreaterThan(steps);
    }
  }

  @Test
  void sharesAndTakesBackPagesAsItRuns() throws Exception {
    PageSet window = new PageSet(PLAN.pages());
    window.addRange(WINDOW / Pages.SIZE, WINDOW_PAGES);
    PageSet both = window.copy();
    both.addRange(EXCHANGE / Pages.SIZE, EXCHANGE_PAGES);
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.await(() -> guest.shared().equals(both));
      guest.await(() -> guest.shared().equals(window));
      guest.await(() -> guest.shared().equals(both));
    }
  }

  @Test
  void isKnownToHaveEndedWhenItsCodeIsGone() throws Exception {
    try (RunningGuest guest = RunningGuest.launch()) {
      guest.pause();
      guest.page(PseudoRandomWriter.CODE_PAGE / Pages.SIZE).fill((byte) 0xFF);
      guest.run();
      awaitFailure(guest);

      assertThatThrownBy(guest::pause)
          .isInstanceOf(VmmException.class)
          .hasMessageStartingWith("The guest has ended by itself, it ")
          .hasMessageEndingWith("launch it again.");
      assertThatThrownBy(() -> MemoryProof.take(guest.machine, PLAN))
          .isInstanceOf(VmmException.class);
    }
  }

  private static void awaitFailure(RunningGuest guest) {
    while (guest.machine.vcpu().failure().isEmpty()) {
      Thread.onSpinWait();
    }
  }
}
