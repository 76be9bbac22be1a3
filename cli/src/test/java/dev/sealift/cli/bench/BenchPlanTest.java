package dev.sealift.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.MemorySize;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The plan of a bench")
class BenchPlanTest {

  @Test
  @DisplayName("is shorter where it shall be quick, ends in time, and leaves QEMU out")
  void quick() throws Exception {
    BenchPlan quick = BenchPlan.of(true, HostKind.KVM, null, null, null);
    BenchPlan whole = BenchPlan.of(false, HostKind.KVM, null, null, null);

    assertThat(quick.rounds()).isLessThan(whole.rounds());
    assertThat(quick.memoryBytes()).isLessThanOrEqualTo(whole.memoryBytes());
    assertThat(quick.budgetNanos()).isLessThan(45_000_000_000L);
    assertThat(quick.qemu()).isFalse();
    assertThat(whole.qemu()).isTrue();
  }

  @Test
  @DisplayName("calls 20,000 times through FUSE and through seccomp, if there is time")
  void clientCalls() throws Exception {
    BenchPlan quick = BenchPlan.of(true, HostKind.KVM, null, null, null);
    for (Integer rounds : new Integer[] {null, 1, 7}) {
      BenchPlan whole = BenchPlan.of(false, HostKind.KVM, null, rounds, null);
      assertThat(whole.clientCalls() * whole.rounds()).isBetween(20_000, 20_000 + whole.rounds());
      assertThat(quick.clientCalls()).isLessThan(whole.clientCalls());
    }
  }

  @Test
  @DisplayName("does what is said instead")
  void said() throws Exception {
    BenchPlan plan = BenchPlan.of(true, HostKind.MODEL, new MemorySize(16 << 20), 2, true);

    assertThat(plan.rounds()).isEqualTo(2);
    assertThat(plan.idleGuest()).isEqualTo(new BenchOrder.Launch(16 << 20, 0));
    assertThat(plan.qemu()).isTrue();
  }

  @Test
  @DisplayName("has 64 MiB written to, or half of a guest that has no more than that")
  void hotGuest() throws Exception {
    BenchPlan large = BenchPlan.of(true, HostKind.KVM, new MemorySize(1L << 30), null, null);
    BenchPlan small = BenchPlan.of(true, HostKind.KVM, new MemorySize(16 << 20), null, null);

    assertThat(large.hotGuest().hotPages()).isEqualTo((64 << 20) / 4096);
    assertThat(small.hotGuest()).isEqualTo(new BenchOrder.Launch(16 << 20, (8 << 20) / 4096));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 6 << 20, 9 << 20, 4L << 30})
  @DisplayName("refuses memory that no guest can have")
  void memory(long bytes) {
    assertThatThrownBy(() -> BenchPlan.of(true, HostKind.MODEL, new MemorySize(bytes), null, null))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("multiple of 2M from 8M to 3072M");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1001})
  @DisplayName("refuses no rounds and too many")
  void rounds(int rounds) {
    assertThatThrownBy(() -> BenchPlan.of(true, HostKind.MODEL, null, rounds, null))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("1 to 1000");
  }
}
