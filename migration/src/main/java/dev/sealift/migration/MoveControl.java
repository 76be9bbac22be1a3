package dev.sealift.migration;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A hand on one move: looks how far it has come, and calls it off before the point of no return.
 * Thread-safe. It is asked, and tells nothing by itself: a move that nobody looks at pays nothing.
 */
public final class MoveControl {
  private final List<Consumer<MigrationException>> hooks = new ArrayList<>();
  private volatile @Nullable Supplier<RoundProgress> progress;
  private @Nullable MigrationException calledOff;
  private boolean decided;

  public MoveControl() {}

  /**
   * Calls the move off: it ends soon, with the guest where it was, and the destination is told.
   *
   * @return false where that is no longer possible: the source was past the point of no return, or
   *     the move is over; nothing changes then
   */
  public boolean cancel() {
    List<Consumer<MigrationException>> told;
    MigrationException why;
    synchronized (this) {
      if (decided) {
        return false;
      }
      if (calledOff != null) {
        return true;
      }
      why = new MigrationException(FailureCode.CANCELLED, "the move was called off");
      calledOff = why;
      told = List.copyOf(hooks);
    }
    told.forEach(hook -> hook.accept(why));
    return true;
  }

  /** Where the round under way stands; empty while there is none. */
  public Optional<RoundProgress> progress() {
    Supplier<RoundProgress> now = progress;
    return now == null ? Optional.empty() : Optional.of(now.get());
  }

  /** The mover shows its rounds, or, with null, none any more. */
  void show(@Nullable Supplier<RoundProgress> rounds) {
    progress = rounds;
  }

  /** Has what waits woken up when the move is called off; at once if it already is. */
  void whenCalledOff(Consumer<MigrationException> hook) {
    MigrationException why;
    synchronized (this) {
      hooks.add(hook);
      why = calledOff;
    }
    if (why != null) {
      hook.accept(why);
    }
  }

  /**
   * Goes no further with a move that was called off.
   *
   * @throws MigrationException CANCELLED
   */
  synchronized void check() throws MigrationException {
    if (calledOff != null) {
      throw calledOff;
    }
  }

  /**
   * The source is about to pass the point of no return: from here on nobody calls the move off.
   *
   * @throws MigrationException CANCELLED if somebody has already done so
   */
  synchronized void decide() throws MigrationException {
    check();
    decided = true;
  }

  /** The move is over, or ends anyway. */
  synchronized void over() {
    decided = true;
    hooks.clear();
    progress = null;
  }
}
