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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Every hand-over that can be: from the first page to the end, with a crash of either side between
 * any two deeds, any write to a journal failing, any word between the hosts lost, late, twice or
 * out of order, and any question to the registry done, not done, done late or without an answer, as
 * often as one likes. The rules that decide here are those that decide in a move.
 */
abstract class HandOverExploration {

  /** What is explored. */
  enum Whole {
    /** The hosts have no registry; up to two words are on their way in each direction. */
    WITHOUT_REGISTRY(HandOverWorld.Registry.NONE, 2),
    /** They have one; up to one word. */
    WITH_REGISTRY(HandOverWorld.Registry.SOURCE, 1),
    /** The same with up to two words. */
    WITH_REGISTRY_AND_MORE_WORDS(HandOverWorld.Registry.SOURCE, 2);

    final HandOverWorld first;

    Whole(HandOverWorld.Registry registry, int capacity) {
      first = HandOverWorld.beginning(registry, capacity);
    }
  }

  /**
   * How a world was come by.
   *
   * @param from the world before
   * @param what what happened
   */
  private record Way(HandOverWorld from, String what) {}

  private static final Map<HandOverWorld, Way> SEEN = new LinkedHashMap<>();
  private static final Map<HandOverWorld, List<HandOverWorld>> WITHOUT_FAULT_FROM = new HashMap<>();

  private static @Nullable HandOverWorld turnedBack;

  @Parameter private Whole whole;

  @BeforeParameterizedClassInvocation
  static void explore(Whole whole) {
    turnedBack = null;
    SEEN.clear();
    WITHOUT_FAULT_FROM.clear();
    long[] ways = new long[1];
    HandOverWorld first = whole.first;
    Deque<HandOverWorld> due = new ArrayDeque<>(List.of(first));
    SEEN.put(first, new Way(first, "the move begins"));
    while (!due.isEmpty()) {
      HandOverWorld world = due.remove();
      world.next((what, fault, next) -> {
        ways[0]++;
        if (world.registry() == HandOverWorld.Registry.DESTINATION
            && next.registry() != HandOverWorld.Registry.DESTINATION) {
          turnedBack = next;
        }
        if (!fault) {
          WITHOUT_FAULT_FROM.computeIfAbsent(next, _ -> new ArrayList<>()).add(world);
        }
        if (SEEN.putIfAbsent(next, new Way(world, what)) == null) {
          due.add(next);
        }
      });
    }
    System.out.printf("%s: %d worlds, %d ways between them%n", whole, SEEN.size(), ways[0]);
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

  /** A registry's owner may run the guest, and nobody else. */
  @Test
  void noDestinationCanRunWhatTheRegistryDoesNotSayItOwns() {
    assertNone(world ->
        world.destination().copy() == Copy.RUNNABLE
            && (world.registry() == HandOverWorld.Registry.SOURCE
                || world.registry() == HandOverWorld.Registry.GRANTING));
  }

  /** A disk that refuses FINISHED has FINISHING, and the Secure Processor has SENT. */
  @Test
  void noOwnerChangesBeforeTheSourceHasFinished() {
    assertNone(world ->
        (world.registry() == HandOverWorld.Registry.GRANTING
                || world.registry() == HandOverWorld.Registry.DESTINATION)
            && (world.source().copy() == Copy.RUNNABLE
                || (world.source().journal().mayRunHere()
                    && world.source().journal() != SourceStep.FINISHING)));
  }

  @Test
  void anOwnerOnlyEverChangesFromTheSourceToTheDestination() {
    assertThat(turnedBack).isNull();
  }

  /** Whatever became of the source, and whatever it said last. */
  @Test
  void aDestinationThatOwnsTheGuestNeedsNobodyButTheRegistryToRunIt() {
    Set<HandOverWorld> good =
        from(
            HandOverWorld::destinationRuns,
            (before, after) ->
                before.source().equals(after.source())
                    && before.toDestination().equals(after.toDestination()));
    assertNone(
        world -> world.registry() == HandOverWorld.Registry.DESTINATION && !good.contains(world));
  }

  /** Whatever became of the destination and of the link. */
  @Test
  void aSourceThatHasFinishedNeedsNobodyButTheRegistryToGiveTheGuestAway() {
    Set<HandOverWorld> good =
        from(
            world -> world.registry() == HandOverWorld.Registry.DESTINATION,
            (before, after) ->
                before.destination().equals(after.destination())
                    && before.toSource().equals(after.toSource()));
    assertNone(world ->
        world.registry() == HandOverWorld.Registry.SOURCE
            && world.source().step() == SourceStep.FINISHED
            && !good.contains(world));
  }

  /** Once nothing breaks any more, both hosts come to rest with one guest that runs. */
  @Test
  void fromEverywhereThereIsAWayToOneRunningGuest() {
    Set<HandOverWorld> good = from(HandOverWorld::isSettled, (before, after) -> true);
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

  private interface Passage {
    boolean isOpen(HandOverWorld before, HandOverWorld after);
  }

  /** The worlds from which, without a fault, there is a way to an end. */
  private static Set<HandOverWorld> from(Condition end, Passage passage) {
    Set<HandOverWorld> good = new HashSet<>();
    Deque<HandOverWorld> due = new ArrayDeque<>();
    SEEN.keySet().stream()
        .filter(end::holds)
        .forEach(world -> {
          good.add(world);
          due.add(world);
        });
    while (!due.isEmpty()) {
      HandOverWorld after = due.remove();
      for (HandOverWorld before : WITHOUT_FAULT_FROM.getOrDefault(after, List.of())) {
        if (passage.isOpen(before, after) && good.add(before)) {
          due.add(before);
        }
      }
    }
    return good;
  }

  private void assertNone(Condition bad) {
    for (HandOverWorld world : SEEN.keySet()) {
      if (bad.holds(world)) {
        throw new AssertionError("it can come to this:\n" + story(world));
      }
    }
  }

  private String story(HandOverWorld end) {
    Deque<String> lines = new ArrayDeque<>();
    HandOverWorld world = end;
    while (!world.equals(whole.first)) {
      Way way = SEEN.get(world);
      lines.push("  " + way.what());
      world = way.from();
    }
    return String.join("\n", lines) + "\n" + end;
  }
}
