package dev.sealift.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A target's corpus, and then inputs made of it by chance: those that come to an end of their own
 * are made others of. {@code -Dsealift.fuzz.seconds} says how long it goes on, {@code
 * -Dsealift.fuzz.seed} which inputs are made.
 */
final class FuzzRun {
  /** How much is tried where nobody says for how long: whichever is less. */
  private static final int INPUTS = 2000;

  private static final long TIME_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** An input that takes so much of a processor's time has no end; however busy the machine is. */
  private static final long ENDLESS_CPU_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final long ENDLESS_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int MOST_KEPT = 2000;

  private final FuzzTarget target;
  private final Corpus corpus;
  private final long seed;
  private final List<byte[]> pool = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private long inputs;
  private long read;
  private volatile byte[] current = {};
  private volatile long since = System.nanoTime();
  private volatile long cpuSince;
  private volatile @Nullable Throwable failure;

  FuzzRun(FuzzTarget target, Corpus corpus) {
    this.target = target;
    this.corpus = corpus;
    Long chosen = Long.getLong("sealift.fuzz.seed");
    this.seed = chosen != null ? chosen : new Random().nextInt(1_000_000_000);
  }

  /** Runs on a thread of its own, so that an input that has no end is found, too. */
  void run() throws Throwable {
    Thread worker = Thread.ofPlatform().daemon().name("fuzz-" + target).start(this::work);
    while (!worker.join(Duration.ofSeconds(1))) {
      if (isEndless(worker)) {
        Throwable where = new Throwable("where it is");
        where.setStackTrace(worker.getStackTrace());
        throw new Finding(target, "it comes to no end", current, where);
      }
    }
    if (failure != null) {
      throw failure;
    }
    System.out.printf(
        "%s: %d inputs, %d of them read, %d different ends, seed %d%n",
        target, inputs, read, seen.size(), seed);
  }

  private boolean isEndless(Thread worker) {
    return THREADS.getThreadCpuTime(worker.threadId()) - cpuSince > ENDLESS_CPU_NANOS
        || System.nanoTime() - since > ENDLESS_NANOS;
  }

  private void work() {
    try {
      replay();
      mutate();
    } catch (Throwable thrown) {
      failure = thrown;
    }
  }

  private void replay() {
    pool.add(new byte[0]);
    for (Map.Entry<String, byte[]> input : corpus.inputs().entrySet()) {
      Attempt attempt = attempt(input.getValue());
      if (Corpus.isSound(input.getKey()) && !attempt.read()) {
        throw new AssertionError(
            "%s: %s is sound, and was refused: %s"
                .formatted(target, input.getKey(), attempt.likeness()));
      }
      pool.add(input.getValue());
    }
  }

  private void mutate() {
    Long seconds = Long.getLong("sealift.fuzz.seconds");
    long most = seconds == null ? INPUTS : Long.MAX_VALUE;
    long time = seconds == null ? TIME_NANOS : TimeUnit.SECONDS.toNanos(seconds);
    long start = System.nanoTime();
    Mutator mutator = new Mutator(seed, target);
    for (long made = 0; made < most && System.nanoTime() - start < time; made++) {
      byte[] input = mutator.next(pool);
      Attempt attempt = attempt(input);
      if (seen.add(attempt.likeness()) && pool.size() < MOST_KEPT) {
        pool.add(input);
      }
    }
  }

  private Attempt attempt(byte[] input) {
    current = input;
    cpuSince = THREADS.getCurrentThreadCpuTime();
    since = System.nanoTime();
    inputs++;
    Attempt attempt = Attempt.of(target, input);
    read += attempt.read() ? 1 : 0;
    return attempt;
  }
}
