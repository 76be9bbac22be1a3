package dev.sealift.bench;

import dev.sealift.crypto.EngineKind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the packet engines and the loop in C by turns, so that whatever else the machine does hits
 * all of them, and prints their speeds as ratios to one thread of the loop.
 */
public final class EngineRace {
  private static final double SECONDS = 0.3;
  private static final long NANOS = (long) (SECONDS * TimeUnit.SECONDS.toNanos(1));
  private static final List<String> OPERATIONS = List.of("seal", "open");
  private static final int[] THREADS = {1, 2};
  private static final int DEFAULT_ROUNDS = 9;

  /** Rounds before those that count, for the compiler. */
  private static final int WARM_UP = 4;

  private EngineRace() {}

  /**
   * Runs the race.
   *
   * @param arguments the number of rounds; 9 if there is none
   */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length == 0 ? DEFAULT_ROUNDS : Integer.parseInt(arguments[0]);
    Path directory = Files.createTempDirectory("sealift-bench");
    try {
      run(rounds, directory, System.out);
    } finally {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  private record Entry(EngineKind engine, String operation, int threads) {}

  private static void run(int rounds, Path directory, PrintStream out)
      throws IOException, InterruptedException, ExecutionException {
    CReference reference = CReference.compile(directory);
    Map<Entry, double[]> speeds = new LinkedHashMap<>();
    Map<Entry, Double> garbage = new LinkedHashMap<>();
    double[] referenceSpeeds = new double[rounds];
    for (EngineKind engine : EngineKind.values()) {
      Optional<String> obstacle = engine.obstacle();
      obstacle.ifPresent(why -> out.println(engine.label() + " does not run: " + why));
      for (String operation : OPERATIONS) {
        for (int threads : THREADS) {
          if (obstacle.isEmpty()) {
            speeds.put(new Entry(engine, operation, threads), new double[rounds]);
          }
        }
      }
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      for (int round = -WARM_UP; round < rounds; round++) {
        double c = reference.gigabytesPerSecond(1, SECONDS);
        if (round >= 0) {
          referenceSpeeds[round] = c;
        }
        for (Map.Entry<Entry, double[]> entry : speeds.entrySet()) {
          List<EngineHeat.Result> results = heat(entry.getKey(), pool);
          double speed = results.stream().mapToDouble(EngineHeat.Result::gigabytesPerSecond).sum();
          if (round >= 0) {
            entry.getValue()[round] = speed;
            EngineHeat.Result first = results.getFirst();
            garbage.put(entry.getKey(), (double) first.garbageBytes() / first.pages());
          }
        }
      }
    }
    EngineSpeed c = new EngineSpeed(EngineKind.JDK, "seal", 1, referenceSpeeds, 0);
    out.printf(
        "C loop over libcrypto, 1 thread: best %.2f, median %.2f GB/s%n", c.best(), c.median());
    out.println(
        "engine  operation  threads  best GB/s  median  ratio of bests  of medians  garbage B/page");
    speeds.forEach((entry, values) -> {
      EngineSpeed speed =
          new EngineSpeed(
              entry.engine(),
              entry.operation(),
              entry.threads(),
              values,
              garbage.getOrDefault(entry, 0.0));
      out.printf(
          "%-6s  %-9s  %7d  %9.2f  %6.2f  %14.2f  %10.2f  %14.0f%n",
          speed.engine().label(),
          speed.operation(),
          speed.threads(),
          speed.best(),
          speed.median(),
          speed.best() / c.best(),
          speed.median() / c.median(),
          speed.garbageBytesPerPage());
    });
  }

  private static List<EngineHeat.Result> heat(Entry entry, ExecutorService pool)
      throws InterruptedException, ExecutionException {
    List<Future<EngineHeat.Result>> running = new ArrayList<>();
    List<EngineHeat> heats = new ArrayList<>();
    try {
      for (int i = 0; i < entry.threads(); i++) {
        heats.add(new EngineHeat(entry.engine()));
      }
      for (EngineHeat heat : heats) {
        running.add(pool.submit(() -> heat.run(entry.operation(), NANOS)));
      }
      List<EngineHeat.Result> results = new ArrayList<>();
      for (Future<EngineHeat.Result> result : running) {
        results.add(result.get());
      }
      return results;
    } finally {
      heats.forEach(EngineHeat::close);
    }
  }
}
