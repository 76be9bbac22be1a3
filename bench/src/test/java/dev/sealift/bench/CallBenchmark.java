package dev.sealift.bench;

import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
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

/** PLATFORM_STATUS by an ioctl on the /dev/sev of a kernel in the same process. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CallBenchmark {
  private SevPlatform platform;

  @Setup
  public void open() throws VmmException {
    platform = SevPlatform.open(ContestantsTest.host());
  }

  @Benchmark
  public PlatformStatus platformStatus() throws VmmException {
    return platform.status();
  }

  @TearDown
  public void close() {
    platform.close();
  }
}
