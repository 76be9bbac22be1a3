package dev.sealift.vmm.guest;

import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE;
import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE_EVERY;
import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE_PAGES;
import static dev.sealift.vmm.guest.PseudoRandomWriter.HOT_SET;
import static dev.sealift.vmm.guest.PseudoRandomWriter.MEASURED_BYTES;
import static dev.sealift.vmm.guest.PseudoRandomWriter.STEPS_PER_BATCH;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW_PAGES;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW_SALT;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/**
 * {@link PseudoRandomWriter} done over on the host: tells every byte that the guest must hold when
 * it has done some number of steps and stands between two batches. It keeps the hot set; everything
 * else follows from an address and a salt.
 *
 * <p>Not thread-safe.
 */
public final class Replay {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long FIRST_WINDOW_PAGE = WINDOW / Pages.SIZE;
  private static final long FIRST_EXCHANGE_PAGE = EXCHANGE / Pages.SIZE;
  private static final long FIRST_HOT_PAGE = HOT_SET / Pages.SIZE;
  private static final int WORDS_PER_PAGE = Pages.SIZE / Long.BYTES;

  /** States drawn ahead: a loop that only adds lets the processor overlap its cache misses. */
  private static final int DRAWN_AHEAD = 2048;

  /** Fewer steps are done before other processors have heard of them. */
  private static final long WORTH_SHARING = 1 << 22;

  /** Larger hot sets are not held once more for each processor. */
  private static final int LARGEST_SHARED = (128 << 20) / Long.BYTES;

  private final Plan plan;
  private final byte[] image;
  private final long[] hotSet;

  private long state = Generator.SEED;
  private long steps;

  /** The guest when it has booted and done no step. */
  public Replay(Plan plan) {
    this.plan = plan;
    image = PseudoRandomWriter.image(plan);
    hotSet = new long[plan.hotWords()];
    for (int i = 0; i < hotSet.length; i++) {
      hotSet[i] = PseudoRandomWriter.filling(HOT_SET + (long) i * Long.BYTES, 0);
    }
  }

  public Plan plan() {
    return plan;
  }

  /** Steps done. */
  public long steps() {
    return steps;
  }

  /**
   * Goes on to a number of steps.
   *
   * @throws IllegalArgumentException if that many are behind it already
   */
  public void advance(long toSteps) {
    if (toSteps < steps) {
      throw new IllegalArgumentException(
          "a replay that has done %d steps cannot go back to %d".formatted(steps, toSteps));
    }
    long left = toSteps - steps;
    if (left < WORTH_SHARING || hotSet.length > LARGEST_SHARED) {
      state = run(hotSet, state, left);
    } else {
      runOnAllProcessors(left);
    }
    steps = toSteps;
  }

  /** A sum does not depend on the order, so every processor adds up a stretch of its own. */
  private void runOnAllProcessors(long count) {
    int processors = Runtime.getRuntime().availableProcessors();
    long stretch = count / processors;
    long first = state;
    long[][] sums =
        IntStream.range(0, processors)
            .parallel()
            .mapToObj(i -> {
              long[] own = i == 0 ? hotSet : new long[hotSet.length];
              long length = i == processors - 1 ? count - i * stretch : stretch;
              run(own, Generator.jump(first, i * stretch), length);
              return own;
            })
            .toArray(long[][]::new);
    for (int i = 1; i < processors; i++) {
      for (int word = 0; word < hotSet.length; word++) {
        hotSet[word] += sums[i][word];
      }
    }
    state = Generator.jump(first, count);
  }

  /** Adds the states that follow one to the words that they name; returns the last. */
  private static long run(long[] words, long state, long count) {
    int mask = words.length - 1;
    long[] drawn = new long[DRAWN_AHEAD];
    long s = state;
    for (long left = count; left > 0; left -= drawn.length) {
      int length = (int) Math.min(drawn.length, left);
      for (int i = 0; i < length; i++) {
        s = Generator.next(s);
        drawn[i] = s;
      }
      for (int i = 0; i < length; i++) {
        words[(int) drawn[i] & mask] += drawn[i];
      }
    }
    return s;
  }

  /**
   * What a page of the guest must hold.
   *
   * @param page its number
   * @param into receives its 4096 bytes
   */
  public void expectedPage(long page, byte[] into) {
    long address = page * Pages.SIZE;
    if (address < MEASURED_BYTES) {
      System.arraycopy(image, (int) address, into, 0, Pages.SIZE);
    } else if (isIn(page, FIRST_HOT_PAGE, plan.hotPages())) {
      int first = (int) (page - FIRST_HOT_PAGE) * WORDS_PER_PAGE;
      for (int i = 0; i < WORDS_PER_PAGE; i++) {
        WORD.set(into, i * Long.BYTES, hotSet[first + i]);
      }
    } else {
      long salt = salt(page);
      for (int offset = 0; offset < Pages.SIZE; offset += Long.BYTES) {
        WORD.set(into, offset, PseudoRandomWriter.filling(address + offset, salt));
      }
    }
  }

  private long salt(long page) {
    if (isIn(page, FIRST_WINDOW_PAGE, WINDOW_PAGES)) {
      return WINDOW_SALT;
    }
    if (isIn(page, FIRST_EXCHANGE_PAGE, EXCHANGE_PAGES)) {
      long batches = steps / STEPS_PER_BATCH;
      return batches - batches % EXCHANGE_EVERY;
    }
    return 0;
  }

  private static boolean isIn(long page, long first, long count) {
    return page >= first && page < first + count;
  }
}
