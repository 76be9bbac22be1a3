package dev.sealift.cli.host;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.fleet.GuestShape;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * What guests are to a planner. How fast one writes is seen from how far its program has come
 * between two looks. Thread-safe.
 */
final class GuestShapes {
  /** A rate is known so well at best, and a record is only replaced where it has changed. */
  private static final MathContext ONE_DIGIT = new MathContext(1);

  private final Map<HostedGuest, Look> looks = new WeakHashMap<>();

  private record Look(long steps, long nanos) {}

  /** A guest that is about to be made, and writes nothing yet. */
  static GuestShape ofNew(long memoryBytes, GuestPolicy policy) {
    return new GuestShape(memoryBytes, policy.word(), 0, 0);
  }

  /** A guest as it is now. */
  synchronized GuestShape of(HostedGuest guest) {
    long hotPages = guest.hotPages();
    return new GuestShape(
        guest.guest().configuration().memoryBytes(),
        guest.guest().configuration().policy(),
        hotPages == 0 ? 0 : distinctPages(hotPages, stepsPerSecond(guest)),
        hotPages);
  }

  private double stepsPerSecond(HostedGuest guest) {
    Look now = new Look(guest.stepsDone(), System.nanoTime());
    Look before = looks.put(guest, now);
    if (before == null || now.nanos == before.nanos) {
      return 0;
    }
    return Math.max(0, now.steps - before.steps) * 1e9 / (now.nanos - before.nanos);
  }

  /** A step writes a page of the hot set at random: some of them again and again. */
  private static double distinctPages(long hotPages, double stepsPerSecond) {
    double distinct = hotPages * -Math.expm1(-stepsPerSecond / hotPages);
    return new BigDecimal(distinct).round(ONE_DIGIT).doubleValue();
  }
}
