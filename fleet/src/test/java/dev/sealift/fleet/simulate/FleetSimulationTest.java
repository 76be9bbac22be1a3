package dev.sealift.fleet.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.plan.Prediction;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("A simulated fleet")
class FleetSimulationTest {

  @Test
  @DisplayName("empties a rack when nothing breaks")
  void nothingBreaks() {
    SimulationReport report = FleetSimulation.run(settings(40, 400, 7, 0));

    assertThat(report.tasks()).containsOnly(Map.entry("moved", 50));
    assertThat(report.running()).isEqualTo(400);
    assertThat(report.violated()).isEmpty();
    assertThat(report.moves()).isEqualTo(50);
    assertThat(report.progress().getLast().waiting()).isZero();
  }

  @Test
  @DisplayName("loses no guest but with its host, and never has two, whatever breaks and when")
  void everythingBreaks() {
    for (int seed = 0; seed < 30; seed++) {
      holds(FleetSimulation.run(settings(24, 240, seed, 20)));
    }
  }

  @Test
  @Tag("long")
  @DisplayName("loses no guest but with its host, with a thousand seeds")
  void manySeeds() {
    for (int seed = 0; seed < 1000; seed++) {
      holds(FleetSimulation.run(settings(24, 240, seed, 5 + seed % 40)));
    }
  }

  private static void holds(SimulationReport report) {
    assertThat(report.violated()).as("seed %d", report.seed()).isEmpty();
    assertThat(report.tasks()).as("seed %d", report.seed()).doesNotContainKey("waiting");
  }

  @Test
  @DisplayName("tells the same for the same seed")
  void sameSeed() {
    assertThat(FleetSimulation.run(settings(24, 240, 5, 20)))
        .isEqualTo(FleetSimulation.run(settings(24, 240, 5, 20)));
  }

  /** Things break so many times as often as they do unless said. */
  private static SimulationSettings settings(int hosts, int guests, long seed, double often) {
    Map<Fault, Double> faults = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      faults.put(fault, fault.perHour() * often);
    }
    if (seed % 2 == 1) {
      // With its host a guest that nobody helps would be forgotten, and the job would end.
      faults.put(Fault.GONE, 0.0);
    }
    return new SimulationSettings(
        hosts, guests, 5, seed, faults, JobPolicy.DEFAULT, Prediction.ASSUMED);
  }
}
