package dev.sealift.cli.trace;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.fuzz.FuzzFile;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import dev.sealift.kernel.KernelProfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes in a trace")
class TraceFuzzTest implements FuzzSuite {
  private @Nullable HostMachine machine;

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        trace("trace", FuzzFile.inFile(TraceFuzzTest::read)),
        trace("replay", FuzzFile.inFile(this::replay)));
  }

  private static FuzzTarget trace(String name, FuzzTarget.Reading reading) {
    return FuzzTarget.of(name, reading)
        .refusing(BadInput.class)
        .refusing(PageBudget.OutOfMemory.class)
        .allocating(256 << 20)
        .speaking(
            "{", "}", "[", "]", "\"m1+0x0\"", "\"0\"", "null", "\\u001b[2J", "vm1", "\n", "e9")
        .sampled(TraceFuzzTest::addTraces);
  }

  private static void read(Path file) throws BadInput {
    try (TraceReader trace = TraceReader.open(file)) {
      while (trace.next() != null) {
        // The next one.
      }
    }
  }

  /** Every trace that is one can be replayed, whatever it says, and reported. */
  private void replay(Path file) throws Exception {
    read(file);
    try (TraceReader trace = TraceReader.open(file);
        Replay replay = Replay.on(machine(), trace.header())) {
      for (TraceEvent event = trace.next(); event != null; event = trace.next()) {
        replay.happens(event);
      }
      String page = replay.report(trace.header()).page();
      Promise.holds(
          page.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'), "it is printable");
    }
  }

  private HostMachine machine() throws Exception {
    HostMachine on = machine;
    if (on == null) {
      on = HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, TestRoot.root());
      machine = on;
    }
    return on;
  }

  private static void addTraces(Map<String, byte[]> samples) {
    samples.put("status", ReplayCommandTest.status().getBytes(StandardCharsets.UTF_8));
    samples.put("receive", ReplayCommandTest.receive().getBytes(StandardCharsets.UTF_8));
  }
}
