package dev.sealift.cli.bench;

import dev.sealift.abi.Pages;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.MemorySize;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a bench is to do.
 *
 * @param kind what the hosts stand on, resolved
 * @param memoryBytes memory of the guest that is moved
 * @param rounds how often each has its turn, at most
 * @param warm whether everything is done a few times before it counts
 * @param heatNanos how long an engine works in a turn
 * @param budgetNanos after the first round, nothing begins later than this, counted from the start
 *     of the bench
 * @param qemu whether the same move is done by QEMU, too
 */
record BenchPlan(
    boolean quick,
    HostKind kind,
    long memoryBytes,
    int rounds,
    boolean warm,
    long heatNanos,
    long budgetNanos,
    boolean qemu) {
  /** How long the hot guest may stand still. */
  static final int HOT_LIMIT_MILLIS = 50;

  /** How long any other guest may. */
  static final int LIMIT_MILLIS = 300;

  /** How long the loop in C runs in a turn. */
  static final double REFERENCE_SECONDS = 0.2;

  /** How long a system call is repeated in a turn. */
  static final long CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How often a system call is made through FUSE, and through seccomp, in all turns together. */
  private static final int CLIENT_CALLS = 20_000;

  /** The same in a turn of a quick bench. */
  private static final int QUICK_CLIENT_CALLS = 500;

  private static final long MIB = 1L << 20;
  private static final long LEAST_MEMORY = 8 * MIB;
  private static final long MOST_MEMORY = 3072 * MIB;
  private static final long HOT_BYTES = 64 * MIB;
  private static final long HOT_GUEST_BYTES = 4 * HOT_BYTES;
  private static final int QUICK_ROUNDS = 5;
  private static final int ROUNDS = 9;
  private static final int MOST_ROUNDS = 1000;

  static BenchPlan of(
      boolean quick,
      HostKind kind,
      @Nullable MemorySize memory,
      @Nullable Integer rounds,
      @Nullable Boolean qemu)
      throws Failure {
    if (rounds != null && (rounds < 1 || rounds > MOST_ROUNDS)) {
      throw new Failure("--rounds " + rounds + " is out of range: give 1 to 1000.");
    }
    long memoryBytes = memory == null ? usual(quick, kind) : memory.bytes();
    if (memoryBytes < LEAST_MEMORY || memoryBytes > MOST_MEMORY || memoryBytes % (2 * MIB) != 0) {
      throw new Failure(
          "--memory "
              + memoryBytes
              + " bytes does not fit: give a multiple of 2M from 8M to 3072M.");
    }
    return new BenchPlan(
        quick,
        kind,
        memoryBytes,
        rounds != null ? rounds : quick ? QUICK_ROUNDS : ROUNDS,
        true,
        TimeUnit.MILLISECONDS.toNanos(quick ? 100 : 300),
        quick ? TimeUnit.SECONDS.toNanos(37) : Long.MAX_VALUE,
        qemu != null ? qemu : !quick);
  }

  /** Both processes hold the guest for a while, and others want memory, too. */
  private static long usual(boolean quick, HostKind kind) {
    long wanted = (kind == HostKind.KVM ? (quick ? 512 : 2048) : (quick ? 32 : 256)) * MIB;
    long fitting = Math.max(LEAST_MEMORY, MachineFacts.availableBytes() / 4 / (2 * MIB) * 2 * MIB);
    return Math.min(wanted, fitting);
  }

  /** How often a system call is made by another program's way in a turn. */
  int clientCalls() {
    return quick ? QUICK_CLIENT_CALLS : Math.ceilDiv(CLIENT_CALLS, rounds);
  }

  /** The guest that does nothing. */
  BenchOrder.Launch idleGuest() {
    return new BenchOrder.Launch(memoryBytes, 0);
  }

  /** The guest that writes to 64 MiB as fast as it can; to half its memory where it has less. */
  BenchOrder.Launch hotGuest() {
    long bytes = Math.min(memoryBytes, HOT_GUEST_BYTES);
    long hot = Math.min(HOT_BYTES, Long.highestOneBit(bytes / 2));
    return new BenchOrder.Launch(bytes, hot / Pages.SIZE);
  }
}
