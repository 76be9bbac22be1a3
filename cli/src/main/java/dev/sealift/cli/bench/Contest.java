package dev.sealift.cli.bench;

import dev.sealift.bench.Contestant;
import dev.sealift.cli.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Contestants who take turns. One that cannot take part, or fails, is out, and the reason stands
 * under every figure that is missing without it.
 */
final class Contest implements Closeable {
  private final boolean warm;
  private final Consumer<String> progress;
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private final List<Entry> order = new ArrayList<>();
  private final List<Closeable> resources = new ArrayList<>();
  private int rounds;

  private record Entry(String name, int every, Contestant contestant, List<String> figures) {
    boolean hasTurn(int round) {
      return round % every == 0;
    }
  }

  /** Makes something that may not be possible here. */
  @FunctionalInterface
  interface Maker<T> {
    T make() throws Exception;
  }

  /**
   * @param warm whether contestants get warm as they enter
   * @param progress hears what is going on
   */
  Contest(boolean warm, Consumer<String> progress) {
    this.warm = warm;
    this.progress = progress;
  }

  /** Why figures are missing, by their paths in the report. */
  Map<String, String> reasons() {
    return reasons;
  }

  /** Whole rounds done. */
  int rounds() {
    return rounds;
  }

  /** Says why a figure is missing. */
  void miss(String figure, String reason) {
    reasons.putIfAbsent(figure, reason);
  }

  /** Makes what contestants need; null where that is not possible. It is closed at the end. */
  <T extends Closeable> @Nullable T prepare(List<String> figures, Maker<T> maker)
      throws InterruptedException {
    try {
      T made = maker.make();
      resources.addFirst(made);
      return made;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      figures.forEach(figure -> miss(figure, Failure.sentence(e)));
      return null;
    }
  }

  /**
   * Takes a contestant in, and has it get warm; it has its turn after those before; null where it
   * cannot take part.
   *
   * @param figures what is missing without it
   */
  <C extends Contestant> @Nullable C enter(String name, List<String> figures, Maker<C> maker)
      throws InterruptedException {
    return enter(name, 1, figures, maker);
  }

  /**
   * Takes a contestant in who has a turn not in every round, but in the first and every so many
   * after it.
   */
  <C extends Contestant> @Nullable C enter(
      String name, int every, List<String> figures, Maker<C> maker) throws InterruptedException {
    progress.accept("getting ready: " + name);
    C contestant = prepare(figures, maker);
    if (contestant != null) {
      Entry entry = new Entry(name, every, contestant, figures);
      order.add(entry);
      if (warm) {
        attempt(entry, contestant::warmUp);
      }
    }
    return contestant;
  }

  /** Gives a contestant one more turn in each round, after those before. */
  void again(@Nullable Contestant contestant) {
    order.stream()
        .filter(entry -> entry.contestant().equals(contestant))
        .findFirst()
        .ifPresent(order::add);
  }

  /**
   * Everybody has a turn, as often as said, and at least once.
   *
   * @param timeIsUp asked before each turn after the first round: whether it ends here
   */
  void run(int most, BooleanSupplier timeIsUp) throws InterruptedException {
    while (rounds < most) {
      progress.accept("round " + (rounds + 1) + " of " + most);
      for (Entry entry : List.copyOf(order)) {
        if (rounds > 0 && timeIsUp.getAsBoolean()) {
          progress.accept("the time is up");
          return;
        }
        if (entry.hasTurn(rounds) && order.contains(entry)) {
          attempt(entry, entry.contestant()::turn);
        }
      }
      rounds++;
    }
  }

  private interface Act {
    void run() throws Exception;
  }

  private void attempt(Entry entry, Act act) throws InterruptedException {
    try {
      act.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      String why = Failure.sentence(e);
      progress.accept(entry.name() + " is out: " + why);
      entry.figures().forEach(figure -> miss(figure, why));
      order.removeIf(entry::equals);
    }
  }

  /** A contestant that took part to the end, and so has figures. */
  <C extends Contestant> Optional<C> finisher(@Nullable C contestant) {
    return rounds > 0 && order.stream().anyMatch(entry -> entry.contestant().equals(contestant))
        ? Optional.ofNullable(contestant)
        : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    @Nullable IOException first = null;
    for (Closeable resource : resources) {
      try {
        resource.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
