package dev.sealift.cli.trace;

import dev.sealift.interpose.SevCall;
import dev.sealift.interpose.SevCallObserver;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Watches a program and tells of its calls, each when it has been answered. */
final class Tracer implements SevCallObserver {
  private final boolean secrets;
  private final List<TraceSink> sinks;
  private final long start = System.nanoTime();
  private int calls;

  /**
   * @param secrets whether all bytes are told
   * @param sinks who is told
   */
  Tracer(boolean secrets, List<TraceSink> sinks) {
    this.secrets = secrets;
    this.sinks = List.copyOf(sinks);
  }

  @Override
  public Ending begins(SevCall call) {
    CallReading reading = CallReading.begin(call, micros(), secrets);
    return outcome -> {
      TracedCall traced = reading.end(++calls, outcome);
      sinks.forEach(sink -> sink.call(traced));
    };
  }

  @Override
  public void vmEnded(int vm) {
    long now = micros();
    sinks.forEach(sink -> sink.vmEnded(vm, now));
  }

  private long micros() {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
  }
}
