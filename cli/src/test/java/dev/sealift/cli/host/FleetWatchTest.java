package dev.sealift.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.fleet.registry.RegistryLink;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What a host's page is told of its fleet")
@Timeout(30)
class FleetWatchTest {
  private static final FleetStatus EMPTY =
      new FleetStatus("zk://zk1", Instant.EPOCH, List.of(), List.of(), List.of(), List.of());

  private final AtomicInteger reads = new AtomicInteger();

  @Test
  void isToldAtOnceAlthoughTheRegistryIsSlow() throws Exception {
    var answers = new CountDownLatch(1);
    try (var watch =
        new FleetWatch(
            "zk://zk1",
            () -> {
              try {
                answers.await();
                return EMPTY;
              } catch (InterruptedException ending) {
                throw new IllegalStateException(ending);
              }
            })) {
      FleetGlance before = watch.glance();
      assertThat(before.totals()).isNull();
      assertThat(before.link()).isEqualTo("connecting");

      answers.countDown();
      assertThat(awaitRead(watch).link()).isEqualTo("answers");
    }
  }

  @Test
  void isTheLastThatIsKnownWhileTheRegistryDoesNotAnswer() throws Exception {
    try (var watch = new FleetWatch("zk://zk1", this::once)) {
      assertThat(awaitRead(watch).asOf()).isNull();

      watch.heard(RegistryLink.SUSPENDED);
      FleetGlance old = watch.glance();
      assertThat(old.link()).isEqualTo("suspended");
      assertThat(old.totals()).isNotNull();
      assertThat(old.asOf()).isBeforeOrEqualTo(Instant.now()).isAfter(Instant.EPOCH);
    }
  }

  @Test
  void isNotReadWhileNobodyLooks() throws Exception {
    try (var watch = new FleetWatch("zk://zk1", this::once)) {
      assertThat(reads).hasValue(0);
      awaitRead(watch);
      assertThat(reads).hasPositiveValue();
    }
  }

  private FleetStatus once() {
    if (reads.incrementAndGet() > 1) {
      throw new IllegalStateException("the registry is away");
    }
    return EMPTY;
  }

  private static FleetGlance awaitRead(FleetWatch watch) throws InterruptedException {
    FleetGlance glance = watch.glance();
    while (glance.totals() == null) {
      Thread.sleep(10);
      glance = watch.glance();
    }
    return glance;
  }
}
