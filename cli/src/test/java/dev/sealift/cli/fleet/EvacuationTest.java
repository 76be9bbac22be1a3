package dev.sealift.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.fleet.EvacuationRun.Blow;
import dev.sealift.cli.fleet.EvacuationRun.Outcome;
import dev.sealift.interpose.machine.SharedMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine is emptied while other machines, their processes, the registry and the network between
 * them fail: four hosts with addresses of their own, three ZooKeeper servers, 24 guests. After each
 * run every guest runs at the one host that owns it, and each of its pages holds what its program
 * says.
 */
@Tag("long")
class EvacuationTest {
  private static final String QUIET = "nothing";
  private static final String EVERYTHING = "all of these, at moments by chance";
  private static final int GUESTS = Integer.getInteger("sealift.evacuation.guests", 24);
  private static final int RUNS = Integer.getInteger("sealift.evacuation.runs", 22);
  private static final String ONLY = System.getProperty("sealift.evacuation.only", "");
  private static final long SEED =
      Long.getLong("sealift.evacuation.seed", RandomGenerator.getDefault().nextInt(1 << 30));
  private static final int BLOWS = 6;
  private static final int MOST_MOVED = 18;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final Map<String, List<Outcome>> outcomes = new LinkedHashMap<>();

  @Test
  @DisplayName(
      "an evacuated host's guests are whole and at one host each, whatever fails meanwhile")
  void whateverFails() throws Exception {
    assumeTrue(Files.isWritable(SharedMemory.TMPFS), "this machine has no " + SharedMemory.TMPFS);
    System.out.println("sealift.evacuation.seed=" + SEED);
    var random = new Random(SEED);
    List<String> scenarios =
        Stream.of(
                Stream.of(QUIET),
                Arrays.stream(Mishap.values()).map(Mishap::words),
                Stream.of(EVERYTHING))
            .flatMap(words -> words)
            .filter(words -> words.contains(ONLY))
            .toList();
    try (FleetLab lab = FleetLab.start(folder)) {
      for (int run = 0; run < RUNS; run++) {
        String scenario = scenarios.get(run % scenarios.size());
        int source = 1 + run % FleetLab.HOSTS;
        List<Blow> blows = blows(scenario, random);
        System.out.printf("run %d from %s: %s%n", run, FleetLab.name(source), blows);
        Outcome outcome =
            new EvacuationRun(lab, folder, "r%d".formatted(run), source, GUESTS)
                .take(blows, random);
        System.out.printf("run %d: %s%n", run, outcome);
        outcomes.computeIfAbsent(scenario, _ -> new ArrayList<>()).add(outcome);
      }
    } finally {
      print();
    }
    assertThat(outcomes.values().stream().mapToInt(List::size).sum()).isEqualTo(RUNS);
  }

  private static List<Blow> blows(String scenario, Random random) {
    if (scenario.equals(EVERYTHING)) {
      return random
          .ints(BLOWS, 0, Mishap.values().length)
          .mapToObj(which -> blow(Mishap.values()[which], random))
          .toList();
    }
    return Arrays.stream(Mishap.values())
        .filter(mishap -> mishap.words().equals(scenario))
        .map(mishap -> blow(mishap, random))
        .toList();
  }

  private static Blow blow(Mishap mishap, Random random) {
    return new Blow(
        mishap, random.nextInt(MOST_MOVED), random.nextInt(1_500), 2_000 + random.nextInt(18_000));
  }

  private void print() {
    System.out.println(
        "| what happens | runs | guests | moved | stayed | lost | run by two | pages that differ | seconds | a guest stood still, at most |");
    outcomes.forEach((scenario, all) ->
        System.out.printf(
            "| %s | %d | %d | %d | %d | 0 | 0 | 0 | %.0f to %.0f | %.1f s |%n",
            scenario,
            all.size(),
            all.stream().mapToInt(Outcome::guests).sum(),
            all.stream().mapToInt(Outcome::moved).sum(),
            all.stream().mapToInt(outcome -> outcome.stayed().size()).sum(),
            all.stream().mapToDouble(Outcome::seconds).min().orElse(0),
            all.stream().mapToDouble(Outcome::seconds).max().orElse(0),
            all.stream().map(Outcome::still).max(Comparator.naturalOrder()).orElseThrow().toMillis()
                / 1e3));
  }
}
