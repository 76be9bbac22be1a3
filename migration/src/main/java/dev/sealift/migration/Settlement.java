package dev.sealift.migration;

import dev.sealift.migration.handover.SourceEvent;
import dev.sealift.migration.handover.SourceHandOver;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.Place;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a source and its destination come to agree on how a hand-over ended: the source says COMMIT
 * or ABORT, on as many connections as it takes, until the destination has answered. Where there is
 * a registry, it is asked before that, as often as it takes.
 */
final class Settlement {
  private final SourceHandOver handOver;
  private final SourceHands hands;
  private final SourceLink link;
  private final Backoff backoff;
  private boolean interrupted;
  private @Nullable String obstacle;

  /**
   * A settlement that is due.
   *
   * @param limit how long to go on trying
   */
  Settlement(SourceHandOver handOver, SourceHands hands, SourceLink link, Duration limit) {
    this.handOver = handOver;
    this.hands = hands;
    this.link = link;
    this.backoff = new Backoff(limit);
  }

  /** Returns when both sides agree, or the limit has passed, or the guest is nowhere. */
  void run() {
    boolean hopeless = false;
    while (!handOver.step().isLast() && !hopeless && !isOver()) {
      try {
        if (link.isDown()) {
          hopeless = reach();
        } else if (hands.isDisowned()) {
          hopeless = true;
        } else {
          listen();
        }
        if (isUngranted()) {
          handOver.hear(SourceEvent.Plain.RETRY);
        }
      } catch (InterruptedException tooLate) {
        interrupted = true;
      }
    }
    if (handOver.step() == SourceStep.FINISHED && hands.unowned() != null) {
      obstacle = hands.unowned();
    }
  }

  /** The guest stands still until the registry has answered. */
  private boolean isUngranted() {
    return handOver.step() == SourceStep.FINISHED && hands.awaitsGrant();
  }

  private boolean isOver() {
    return (link.isDown() || isUngranted()) && backoff.isOver();
  }

  /** Returns whether the destination says that it has no guest of which this host has none. */
  private boolean reach() throws InterruptedException {
    try {
      Message.Standing standing = link.resume(handOver.move());
      handOver.hear(new SourceEvent.Standing(standing.place()));
      boolean hasNone = standing.place() == Place.UNKNOWN || standing.place() == Place.GONE;
      if (hasNone && !handOver.step().isLast()) {
        obstacle = "the destination says that it has no such guest";
        return true;
      }
    } catch (MigrationException unreached) {
      obstacle = unreached.sentence();
      backoff.await();
    }
    return false;
  }

  private void listen() throws InterruptedException {
    try {
      // A destination that the registry answers may run the guest before this host is answered.
      switch (isUngranted() ? link.control().poll(backoff.next()) : link.control().receive()) {
        case null -> {}
        case Message.Running _ -> handOver.hear(SourceEvent.Plain.RUNNING);
        case Message.Standing standing -> handOver.hear(new SourceEvent.Standing(standing.place()));
        case Message other -> {
          obstacle =
              "the destination said %s where its answer was due"
                  .formatted(other.getClass().getSimpleName());
          lost();
        }
      }
    } catch (MigrationException failed) {
      obstacle = failed.sentence();
      if (failed.fromPeer()) {
        link.drop();
        handOver.hear(SourceEvent.Plain.ABORT);
        pauseAfterAbort();
      } else {
        lost();
      }
    }
  }

  private void lost() {
    link.drop();
    handOver.hear(SourceEvent.Plain.LOST);
  }

  private void pauseAfterAbort() throws InterruptedException {
    if (!handOver.step().isLast()) {
      backoff.await();
    }
  }

  /** What stood in the way last, in a sentence; null if nothing did. */
  @Nullable String obstacle() {
    return obstacle;
  }

  /** Whether somebody tried to interrupt what could no longer be. */
  boolean wasInterrupted() {
    return interrupted;
  }
}
