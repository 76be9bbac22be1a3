package dev.sealift.bench;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.EngineKind;
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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Sealing and opening pages in guest memory: one operation is 4096 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class PacketBenchmark {
  private static final int PAGES = 1024;
  private static final int GROUP = 64;

  @Param({"JDK", "VECTOR"})
  private EngineKind kind = EngineKind.JDK;

  private final Arena arena = Arena.ofShared();
  private final TransportKeys keys = TransportKeys.random(new SecureRandom());
  private final MemorySegment guest = arena.allocate((long) PAGES * Pages.SIZE, Pages.SIZE);
  private final MemorySegment[] plain = new MemorySegment[GROUP];
  private final MemorySegment[] cipher = new MemorySegment[GROUP];
  private final MemorySegment[] headers = new MemorySegment[GROUP];
  private PacketEngine engine = EngineKind.JDK.open(keys);
  private int next;

  @Setup
  public void sealOnce() {
    engine.close();
    engine = kind.open(keys);
    for (int i = 0; i < GROUP; i++) {
      cipher[i] = arena.allocate(Pages.SIZE, Pages.SIZE);
      headers[i] = arena.allocate(PacketHeader.SIZE, Long.BYTES);
    }
    sealGroup();
  }

  @Benchmark
  public void seal() {
    engine.seal(PacketEngine.DATA, page(next++ % PAGES), cipher[0], headers[0]);
  }

  @Benchmark
  @OperationsPerInvocation(GROUP)
  public void sealGroup() {
    choosePages();
    engine.sealPages(PacketEngine.DATA, plain, cipher, headers, GROUP);
  }

  @Benchmark
  @OperationsPerInvocation(GROUP)
  public int openGroup() {
    choosePages();
    return engine.openPages(PacketEngine.DATA, headers, cipher, plain, GROUP);
  }

  @TearDown
  public void close() {
    engine.close();
    keys.close();
    arena.close();
  }

  private void choosePages() {
    for (int i = 0; i < GROUP; i++) {
      plain[i] = page((next + i) % PAGES);
    }
    next = (next + GROUP) % PAGES;
  }

  private MemorySegment page(int index) {
    return guest.asSlice((long) index * Pages.SIZE, Pages.SIZE);
  }
}
