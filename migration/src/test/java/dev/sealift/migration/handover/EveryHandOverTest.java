package dev.sealift.migration.handover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every hand-over that can be: from the first page to the end, with a crash of either side between
 * any two deeds, any write to a journal failing, and any word between the hosts lost, late, twice
 * or out of order, as often as one likes. The rules that decide here are those that decide in a
 * move.
 */
class EveryHandOverTest {

  /**
   * How a world was come by.
   *
   * @param from the world before
   * @param what what happened
   */
  private record Way(HandOverWorld from, String what) {}

  private static final Map<HandOverWorld, Way> SEEN = new LinkedHashMap<>();
  private static final Map<HandOverWorld, List<HandOverWorld>> WITHOUT_FAULT_FROM = new HashMap<>();
  private static long ways;

  @BeforeAll
  static void explore() {
    HandOverWorld first = HandOverWorld.beginning();
    Deque<HandOverWorld> due = new ArrayDeque<>(List.of(first));
    SEEN.put(first, new Way(first, "the move begins"));
    while (!due.isEmpty()) {
      HandOverWorld world = due.remove();
      world.next((what, fault, next) -> {
        ways++;
        if (!fault) {
          WITHOUT_FAULT_FROM.computeIfAbsent(next, _ -> new ArrayList<>()).add(world);
        }
        if (SEEN.putIfAbsent(next, new Way(world, what)) == null) {
          due.add(next);
        }
      });
    }
    System.out.printf("%d worlds, %d ways between them%n", SEEN.size(), ways);
  }

  @Test
  void atNoMomentDoesTheGuestRunAtBothHosts() {
    assertNone(world -> world.source().runs() && world.destination().runs());
  }

  @Test
  void atNoMomentCouldItBeRunAtBothHosts() {
    assertNone(world ->
        world.source().copy() == Copy.RUNNABLE && world.destination().copy() == Copy.RUNNABLE);
  }

  @Test
  void noHostGivesUpTheOnlyGuestThereIs() {
    assertNone(world ->
        world.source().copy() != Copy.RUNNABLE && world.destination().copy() == Copy.ABSENT);
  }

  @Test
  void noJournalAllowsTheGuestToBothHosts() {
    assertNone(world ->
        world.source().journal().mayRunHere()
            && world.source().copy() == Copy.RUNNABLE
            && world.destination().journal() != null
            && world.destination().journal().mayRunHere());
  }

  /** Once nothing breaks any more, both hosts come to rest with one guest that runs. */
  @Test
  void fromEverywhereThereIsAWayToOneRunningGuest() {
    Set<HandOverWorld> good = new HashSet<>();
    Deque<HandOverWorld> due = new ArrayDeque<>();
    SEEN.keySet().stream()
        .filter(HandOverWorld::isSettled)
        .forEach(world -> {
          good.add(world);
          due.add(world);
        });
    while (!due.isEmpty()) {
      for (HandOverWorld before : WITHOUT_FAULT_FROM.getOrDefault(due.remove(), List.of())) {
        if (good.add(before)) {
          due.add(before);
        }
      }
    }
    assertNone(world -> !good.contains(world));
  }

  @Test
  void bothEndsAreReachedAndEveryStepIsTaken() {
    assertThat(SEEN.keySet()).anyMatch(world -> world.isSettled() && world.source().runs());
    assertThat(SEEN.keySet()).anyMatch(world -> world.isSettled() && world.destination().runs());
    assertThat(SEEN.keySet().stream().map(world -> world.source().journal()))
        .contains(
            SourceStep.PAUSED,
            SourceStep.PREPARING,
            SourceStep.FINISHING,
            SourceStep.FINISHED,
            SourceStep.COMMITTED,
            SourceStep.HANDED_OVER,
            SourceStep.WITHDRAWN,
            SourceStep.STAYED);
    assertThat(SEEN.keySet().stream().map(world -> world.destination().journal()))
        .contains(DestinationStep.values());
  }

  @Test
  void noJournalTakesAStepThatMayNotFollow() {
    SEEN.forEach((world, way) -> {
      SourceStep before = way.from().source().journal();
      SourceStep after = world.source().journal();
      assertThat(before == after || isReached(before, after))
          .as("%s after %s", after, before)
          .isTrue();
    });
  }

  /** Some writes fail, so a step in between may be missing. */
  private static boolean isReached(SourceStep before, SourceStep after) {
    return before.next().contains(after)
        || before.next().stream().anyMatch(step -> isReached(step, after));
  }

  private interface Condition {
    boolean holds(HandOverWorld world);
  }

  private static void assertNone(Condition bad) {
    for (HandOverWorld world : SEEN.keySet()) {
      if (bad.holds(world)) {
        throw new AssertionError("it can come to this:\n" + story(world));
      }
    }
  }

  private static String story(HandOverWorld end) {
    Deque<String> lines = new ArrayDeque<>();
    HandOverWorld world = end;
    while (!world.equals(HandOverWorld.beginning())) {
      Way way = SEEN.get(world);
      lines.push("  " + way.what());
      world = way.from();
    }
    return String.join("\n", lines) + "\n" + end;
  }
}
