package dev.sealift.bench;

import dev.sealift.crypto.EngineKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The packet engines that can run here, sealing and opening, with one thread and with two. In a
 * turn each of these has a heat.
 */
public final class EngineRace implements Contestant {
  private static final int[] THREADS = {1, 2};

  /** The vector engine is slow for most of a second, until the compiler has seen to all of it. */
  private static final int WARM_UPS = 4;

  private final long nanos;
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final Map<EngineKind, List<EngineHeat>> heats = new EnumMap<>(EngineKind.class);
  private final List<EngineSpeed> speeds = new ArrayList<>();

  /**
   * @param nanos how long a heat takes
   */
  public EngineRace(long nanos) {
    this.nanos = nanos;
    for (EngineKind engine : EngineKind.values()) {
      if (engine.obstacle().isEmpty()) {
        heats.put(engine, List.of(new EngineHeat(engine), new EngineHeat(engine)));
        for (PacketOperation operation : PacketOperation.values()) {
          Arrays.stream(THREADS)
              .mapToObj(threads ->
                  new EngineSpeed(engine, operation, threads, new Samples(), new Samples()))
              .forEach(speeds::add);
        }
      }
    }
  }

  /** What came of it so far. */
  public List<EngineSpeed> speeds() {
    return List.copyOf(speeds);
  }

  @Override
  public void warmUp() throws InterruptedException, ExecutionException {
    for (int i = 0; i < WARM_UPS; i++) {
      for (EngineSpeed speed : speeds) {
        heat(speed);
      }
    }
  }

  @Override
  public void turn() throws InterruptedException, ExecutionException {
    for (EngineSpeed speed : speeds) {
      List<EngineHeat.Result> results = heat(speed);
      speed
          .gigabytesPerSecond()
          .add(results.stream().mapToDouble(EngineHeat.Result::gigabytesPerSecond).sum());
      speed
          .garbageBytesPerPage()
          .add(
              results.stream()
                  .mapToDouble(EngineHeat.Result::garbageBytesPerPage)
                  .max()
                  .orElseThrow());
    }
  }

  private List<EngineHeat.Result> heat(EngineSpeed speed)
      throws InterruptedException, ExecutionException {
    List<Future<EngineHeat.Result>> running = new ArrayList<>();
    for (EngineHeat heat :
        heats.getOrDefault(speed.engine(), List.of()).subList(0, speed.threads())) {
      running.add(pool.submit(() -> heat.run(speed.operation(), nanos)));
    }
    List<EngineHeat.Result> results = new ArrayList<>();
    for (Future<EngineHeat.Result> result : running) {
      results.add(result.get());
    }
    return results;
  }

  @Override
  public void close() {
    pool.close();
    heats.values().forEach(pair -> pair.forEach(EngineHeat::close));
  }
}
