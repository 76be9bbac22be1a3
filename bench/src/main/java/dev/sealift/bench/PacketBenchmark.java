package dev.sealift.bench;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.JdkPacketEngine;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.TransportKeys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Sealing and opening one page in guest memory: one operation is 4096 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PacketBenchmark {
  private static final int PAGES = 1024;

  private final Arena arena = Arena.ofShared();
  private final TransportKeys keys = TransportKeys.random(new SecureRandom());
  private final PacketEngine engine = new JdkPacketEngine(keys);
  private final MemorySegment guest = arena.allocate((long) PAGES * Pages.SIZE, Pages.SIZE);
  private final MemorySegment cipher = arena.allocate(Pages.SIZE, Pages.SIZE);
  private final MemorySegment header = arena.allocate(PacketHeader.SIZE);
  private int next;

  @Setup
  public void sealOne() {
    engine.seal(PacketEngine.DATA, page(0), cipher, header);
  }

  @Benchmark
  public void seal() {
    engine.seal(PacketEngine.DATA, nextPage(), cipher, header);
  }

  @Benchmark
  public boolean sealAndOpen() {
    engine.seal(PacketEngine.DATA, nextPage(), cipher, header);
    return engine.open(PacketEngine.DATA, header, cipher, page(next));
  }

  @TearDown
  public void close() {
    engine.close();
    keys.close();
    arena.close();
  }

  private MemorySegment nextPage() {
    next = (next + 1) % PAGES;
    return page(next);
  }

  private MemorySegment page(int index) {
    return guest.asSlice((long) index * Pages.SIZE, Pages.SIZE);
  }
}
