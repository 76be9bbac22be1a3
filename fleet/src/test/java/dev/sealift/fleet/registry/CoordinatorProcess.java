package dev.sealift.fleet.registry;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** A coordinator that can be killed. */
final class CoordinatorProcess {
  private CoordinatorProcess() {}

  public static void main(String[] arguments) throws Exception {
    Duration limit = Duration.ofSeconds(4);
    var registry =
        Registry.connect(
            new RegistrySettings(RegistryAddress.parse(arguments[0]), null, limit, limit));
    Coordinator coordinator =
        Coordinator.start(registry, "killed", InstantSource.system(), System.err::println);
    while (!coordinator.leads()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    System.out.println("leads");
    TimeUnit.MINUTES.sleep(1);
  }
}
