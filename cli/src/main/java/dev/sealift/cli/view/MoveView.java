package dev.sealift.cli.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A move, as one of its two hosts sees it.
 *
 * @param id its name in both journals
 * @param guest what is moved
 * @param memoryBytes the guest's memory
 * @param direction outgoing or incoming
 * @param peer the other host, as {@code host:port} or its name
 * @param status in QEMU's words (MigrationStatus): setup, active, pre-switchover, device,
 *     completed, failed, cancelling or cancelled; {@code recover} while a broken link is taken up
 *     again
 * @param step the hand-over's last step, as the journal has it
 * @param started when it began
 * @param seconds how long it has taken so far, or took
 * @param limits what was asked for; null on the destination
 * @param rounds those that are over, in order; empty on the destination
 * @param now where the round under way stands; null where none is
 * @param downtime how long the guest stood still; null while it is not over, and on the destination
 * @param stopped why the rounds with a running guest ended: converged, round-limit or no-progress
 * @param rules what came of holding the other platform against this host's policy
 * @param peerChain the other platform's certificates; empty until they came
 * @param reason why it failed, in a sentence; null where it did not
 * @param warnings what went wrong without changing the end
 * @param more the command line that says more of why it failed; null where it did not, or none does
 */
public record MoveView(
    String id,
    String guest,
    long memoryBytes,
    String direction,
    String peer,
    String status,
    String step,
    Instant started,
    double seconds,
    @Nullable LimitsView limits,
    List<RoundView> rounds,
    @Nullable ProgressView now,
    @Nullable DowntimeView downtime,
    @Nullable String stopped,
    List<RuleView> rules,
    List<ChainLink> peerChain,
    @Nullable String reason,
    List<String> warnings,
    @Nullable String more) {
  public MoveView {
    rounds = List.copyOf(rounds);
    rules = List.copyOf(rules);
    peerChain = List.copyOf(peerChain);
    warnings = List.copyOf(warnings);
  }

  /** Whether it is over, one way or the other. */
  public boolean ended() {
    return status.equals("completed") || status.equals("failed") || status.equals("cancelled");
  }
}
