package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AccessGateTest {
  private final AccessGate gate = new AccessGate();

  @Test
  void letsNobodyInOnceItIsClosed() {
    gate.leave(gate.enter());
    gate.close();
    assertThat(gate.enter()).isEqualTo(AccessGate.CLOSED);
    gate.close();
  }

  @Test
  void closingWaitsForThoseInside() throws Exception {
    int place = gate.enter();
    AtomicBoolean left = new AtomicBoolean();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<Boolean> seen =
          other.submit(() -> {
            gate.close();
            return left.get();
          });
      while (gate.enter() != AccessGate.CLOSED) {
        // Whoever got in before it was closed leaves again.
        gate.leave(place);
      }
      left.set(true);
      gate.leave(place);
      assertThat(seen.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whoIsInsideIsNeverOvertakenByTheClosing() throws Exception {
    for (int round = 0; round < 200; round++) {
      AccessGate fresh = new AccessGate();
      AtomicBoolean gone = new AtomicBoolean();
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        List<Future<Boolean>> visitors = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          visitors.add(
              threads.submit(() -> {
                boolean sound = true;
                for (int place = fresh.enter(); place != AccessGate.CLOSED; place = fresh.enter()) {
                  sound &= !gone.get();
                  fresh.leave(place);
                }
                return sound;
              }));
        }
        fresh.close();
        gone.set(true);
        for (Future<Boolean> visitor : visitors) {
          assertThat(visitor.get(20, TimeUnit.SECONDS)).isTrue();
        }
      }
    }
  }
}
