package dev.sealift.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.bench.Contestant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Contestants")
class ContestTest {
  private final List<String> events = new ArrayList<>();

  private final class Player implements Contestant {
    private final String name;
    private int turnsBeforeFailure = Integer.MAX_VALUE;

    private Player(String name) {
      this.name = name;
    }

    private Player failingAfter(int turns) {
      turnsBeforeFailure = turns;
      return this;
    }

    @Override
    public void warmUp() {
      events.add(name + " warm");
    }

    @Override
    public void turn() throws IOException {
      if (turnsBeforeFailure-- == 0) {
        throw new IOException(name + " is tired");
      }
      events.add(name);
    }

    @Override
    public void close() {
      events.add(name + " closed");
    }
  }

  @Test
  @DisplayName("get warm as they enter, take turns in their order, and are closed in the other")
  void turns() throws Exception {
    try (Contest contest = new Contest(true, words -> {})) {
      Player a = contest.enter("a", List.of(), () -> new Player("a"));
      contest.enter("b", 2, List.of(), () -> new Player("b"));
      contest.again(a);
      contest.run(3, () -> false);

      assertThat(contest.rounds()).isEqualTo(3);
      assertThat(contest.finisher(a)).containsSame(a);
    }
    assertThat(events)
        .containsExactly(
            "a warm", "b warm", "a", "b", "a", "a", "a", "a", "b", "a", "b closed", "a closed");
  }

  @Test
  @DisplayName("that cannot take part are out, and every figure of theirs says why")
  void impossible() throws Exception {
    try (Contest contest = new Contest(true, words -> {})) {
      Player none =
          contest.enter(
              "a",
              List.of("speed", "ratio"),
              () -> {
                throw new IOException("there is no compiler");
              });
      contest.run(1, () -> false);

      assertThat(none).isNull();
      assertThat(contest.finisher(none)).isEmpty();
      assertThat(contest.reasons())
          .containsEntry("speed", "there is no compiler")
          .containsEntry("ratio", "there is no compiler");
    }
  }

  @Test
  @DisplayName("that fail are out from then on; the others go on")
  void failing() throws Exception {
    try (Contest contest = new Contest(false, words -> {})) {
      Player a = contest.enter("a", List.of("speed"), () -> new Player("a").failingAfter(1));
      Player b = contest.enter("b", List.of("time"), () -> new Player("b"));
      contest.run(3, () -> false);

      assertThat(contest.finisher(a)).isEmpty();
      assertThat(contest.finisher(b)).isPresent();
      assertThat(contest.reasons()).containsOnlyKeys("speed").containsValue("a is tired");
      assertThat(events).containsExactly("a", "b", "b", "b");
    }
  }

  @Test
  @DisplayName("have one whole round even where the time is up from the start")
  void timeIsUp() throws Exception {
    try (Contest contest = new Contest(false, words -> {})) {
      contest.enter("a", List.of(), () -> new Player("a"));
      contest.enter("b", List.of(), () -> new Player("b"));
      contest.run(9, () -> true);

      assertThat(contest.rounds()).isEqualTo(1);
      assertThat(events).containsExactly("a", "b");
    }
  }
}
