package dev.sealift.migration;

import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.MoveId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Collects, on the mover's thread, what a move does. */
final class MoveLog {
  private final MoveId move;
  private final Laps clock = new Laps();
  private final List<RoundReport> rounds = new ArrayList<>();

  // Others look at it while the mover goes on.
  private final List<LongSupplier> wires = new CopyOnWriteArrayList<>();
  private @Nullable StopReason stopped;
  private boolean destinationEmulated;
  private int pagesPerCall;
  private @Nullable Verdict verdict;

  MoveLog(MoveId move) {
    this.move = move;
  }

  /** One more connection, whose bytes count. */
  void wire(LongSupplier bytesSent) {
    wires.add(bytesSent);
  }

  void round(RoundReport round) {
    rounds.add(round);
  }

  int rounds() {
    return rounds.size();
  }

  void stopped(StopReason why) {
    stopped = why;
  }

  void destinationEmulated(boolean emulated) {
    destinationEmulated = emulated;
  }

  void judged(Verdict result) {
    verdict = result;
  }

  void pagesPerCall(int most) {
    pagesPerCall = most;
  }

  /** Bytes that all connections put on the wire so far. Thread-safe. */
  long bytes() {
    return wires.stream().mapToLong(LongSupplier::getAsLong).sum();
  }

  MoveReport report() {
    return new MoveReport(
        move, rounds, bytes(), clock.total(), stopped, destinationEmulated, pagesPerCall, verdict);
  }
}
