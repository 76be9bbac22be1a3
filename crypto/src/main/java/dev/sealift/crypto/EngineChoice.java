package dev.sealift.crypto;

import dev.sealift.abi.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Which packet engine is used, for a whole platform. A fixed choice stays; a measured one starts
 * with the JDK's engine, runs a trial of the vector engine beside it in the background, and goes
 * over to that once it has proved equal and faster. (Before the compiler has seen to it, the vector
 * engine is a hundred times slower than the other, and on some machines it never gets faster.)
 *
 * <p>Thread-safe.
 */
public final class EngineChoice {
  /** Pages of one heat, which takes some 50 microseconds when the code is warm. */
  private static final int HEAT = 32;

  /** So many heats in a row must be won. */
  private static final int WINS = 8;

  /** And by so much: less is noise. */
  private static final double MARGIN = 1.1;

  /** The trial ends undecided after so long, and the JDK's engine stays. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicBoolean started = new AtomicBoolean();
  private final boolean measured;
  private final CountDownLatch decided;
  private volatile EngineKind current;
  private volatile String reason;

  private EngineChoice(EngineKind first, boolean measured, String reason) {
    this.current = first;
    this.measured = measured;
    this.decided = new CountDownLatch(measured ? 1 : 0);
    this.reason = reason;
  }

  /**
   * Always this one.
   *
   * @throws IllegalStateException if it cannot run here; the message says why
   */
  public static EngineChoice fixed(EngineKind kind) {
    kind.obstacle()
        .ifPresent(why -> {
          throw new IllegalStateException(why);
        });
    return new EngineChoice(kind, false, "it was asked for");
  }

  /** Whichever proves faster here. The trial begins with the first engine that is opened. */
  public static EngineChoice measured() {
    Optional<String> obstacle = EngineKind.VECTOR.obstacle();
    return obstacle.isPresent()
        ? new EngineChoice(EngineKind.JDK, false, obstacle.get())
        : new EngineChoice(EngineKind.JDK, true, "the vector engine has not been tried yet");
  }

  /** The engine that is used now. */
  public EngineKind current() {
    return current;
  }

  /** Why it is that one, in words. */
  public String reason() {
    return reason;
  }

  /**
   * Waits until the choice stands. A trial that no engine has been opened for does not begin.
   *
   * @return whether it stands; a trial takes ten seconds at most
   */
  public boolean awaitDecision(Duration patience) throws InterruptedException {
    return decided.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * An engine that always works as the choice stands: it may go over to another kind between two
   * calls. The keys must outlive it.
   */
  public PacketEngine open(TransportKeys keys) {
    if (measured && started.compareAndSet(false, true)) {
      Thread trial = new Thread(this::runTrial, "packet engine trial");
      trial.setDaemon(true);
      trial.start();
    }
    return measured ? new ChosenPacketEngine(this, keys) : current.open(keys);
  }

  /** Runs the trial to its end; the choice stands afterwards. */
  void runTrial() {
    try (Arena arena = Arena.ofConfined();
        TransportKeys keys = TransportKeys.random(new SecureRandom());
        Heat jdk = new Heat(EngineKind.JDK, keys, arena);
        Heat vector = new Heat(EngineKind.VECTOR, keys, arena)) {
      long end = System.nanoTime() + PATIENCE_NANOS;
      int wins = 0;
      while (wins < WINS) {
        if (System.nanoTime() > end) {
          reason = "the vector engine was not faster here";
          return;
        }
        long theirs = jdk.run();
        long ours = vector.run();
        if (!vector.opensWhatIsSealedBy(jdk) || !jdk.opensWhatIsSealedBy(vector)) {
          reason = "the vector engine gave other bytes than the JDK's; report this";
          return;
        }
        wins = ours * MARGIN < theirs ? wins + 1 : 0;
      }
      reason = "it proved equal and faster";
      current = EngineKind.VECTOR;
    } catch (RuntimeException | LinkageError broken) {
      reason = "the vector engine failed its trial (" + broken + ")";
    } finally {
      decided.countDown();
    }
  }

  /** An engine on trial, with pages to seal. */
  private static final class Heat implements AutoCloseable {
    private final PacketEngine engine;
    private final MemorySegment[] plain = new MemorySegment[HEAT];
    private final MemorySegment[] cipher = new MemorySegment[HEAT];
    private final MemorySegment[] headers = new MemorySegment[HEAT];
    private final MemorySegment[] opened = new MemorySegment[HEAT];

    Heat(EngineKind kind, TransportKeys keys, Arena arena) {
      engine = kind.open(keys);
      for (int i = 0; i < HEAT; i++) {
        plain[i] = arena.allocate(Pages.SIZE, Pages.SIZE).fill((byte) i);
        cipher[i] = arena.allocate(Pages.SIZE, Pages.SIZE);
        headers[i] = arena.allocate(PacketHeader.SIZE, Long.BYTES);
        opened[i] = arena.allocate(Pages.SIZE, Pages.SIZE);
      }
    }

    /** Seals and opens all pages; returns the nanoseconds that it took. */
    long run() {
      long start = System.nanoTime();
      engine.sealPages(PacketEngine.DATA, plain, cipher, headers, HEAT);
      engine.openPages(PacketEngine.DATA, headers, cipher, opened, HEAT);
      return System.nanoTime() - start;
    }

    boolean opensWhatIsSealedBy(Heat other) {
      if (engine.openPages(PacketEngine.DATA, other.headers, other.cipher, opened, HEAT) < HEAT) {
        return false;
      }
      for (int i = 0; i < HEAT; i++) {
        if (opened[i].mismatch(other.plain[i]) >= 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
