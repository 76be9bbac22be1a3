package dev.sealift.migration;

import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.MoveId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a move did.
 *
 * @param move its name in the journals
 * @param rounds the rounds that were finished, in order; the last one of a move that succeeded went
 *     with the guest paused
 * @param bytes what the source put on the wire in all, on all connections, TLS included
 * @param total from the first connection to the end
 * @param stopped why the rounds with a running guest ended; null where they did not
 * @param destinationEmulated whether the destination said that its Secure Processor is software
 * @param pagesPerCall the most pages that went to the source's kernel in one system call: 1, or
 *     more where it has SEND_UPDATE_DATA_BATCH; 0 where the move ended before
 * @param verdict what came of holding the destination against this host's policy; null where the
 *     move ended before
 */
public record MoveReport(
    MoveId move,
    List<RoundReport> rounds,
    long bytes,
    Duration total,
    @Nullable StopReason stopped,
    boolean destinationEmulated,
    int pagesPerCall,
    @Nullable Verdict verdict) {
  public MoveReport {
    rounds = List.copyOf(rounds);
  }

  /** Pages sent as packets, in all rounds. */
  public long privatePackets() {
    return rounds.stream().mapToLong(RoundReport::privatePackets).sum();
  }

  /** Pages sent as they are, in all rounds. */
  public long sharedPages() {
    return rounds.stream().mapToLong(RoundReport::sharedPages).sum();
  }
}
