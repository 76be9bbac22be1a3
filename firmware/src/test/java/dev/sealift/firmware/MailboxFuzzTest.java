package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PspCommand;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Any commands with any buffers, in rounds: each has a machine of its own and all its choices from
 * one seed. {@code -Dsealift.fuzz.seconds} says how long it goes on, {@code -Dsealift.fuzz.seed}
 * that it does one round only, with that seed.
 */
@DisplayName("Any commands with any buffers")
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MailboxFuzzTest {
  private static final int COMMANDS_OF_A_ROUND = 1000;
  private static final long DEFAULT_SECONDS = 1;

  private final Map<PspCommand, Integer> successes = new TreeMap<>();
  private final Set<GuestState> reached = EnumSet.noneOf(GuestState.class);

  @Test
  @DisplayName("are answered as the interface table says, and lead to no other state")
  void asTheTableSays() {
    Long only = Long.getLong("sealift.fuzz.seed");
    long first = only != null ? only : new Random().nextInt(1_000_000_000);
    long end =
        System.nanoTime()
            + TimeUnit.SECONDS.toNanos(Long.getLong("sealift.fuzz.seconds", DEFAULT_SECONDS));
    long seed = first;
    do {
      round(seed++);
    } while (only == null && System.nanoTime() < end);
    System.out.printf(
        "mailbox fuzz: %d commands, seeds %d to %d; states of guests: %s; succeeded: %s%n",
        (seed - first) * COMMANDS_OF_A_ROUND, first, seed - 1, reached, successes);
    assertThat(successes).isNotEmpty();
  }

  private void round(long seed) {
    FuzzedMailbox mailbox = new FuzzedMailbox(seed);
    for (int i = 0; i < COMMANDS_OF_A_ROUND; i++) {
      try {
        mailbox.step();
      } catch (Throwable failure) {
        throw new AssertionError(
            "command %d: %s; replay with -Dsealift.fuzz.seed=%d".formatted(i, mailbox.last, seed),
            failure);
      }
    }
    mailbox.successes.forEach((command, count) -> successes.merge(command, count, Integer::sum));
    reached.addAll(mailbox.reached);
  }
}
