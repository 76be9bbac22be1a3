package dev.sealift.cli.view;

import org.jspecify.annotations.Nullable;

/**
 * Where a move stands.
 *
 * @param round the round under way
 * @param pages pages that it is to send
 * @param pagesLeft those of them that are not sent yet
 * @param bytes what went over the wire so far, in all rounds
 * @param pagesPerSecond how fast pages go
 * @param dirtyPagesPerSecond how fast the guest dirties others; null in the first round
 * @param throttle percent of the time that the guest is kept standing
 * @param downtimeMillis how long the guest would stand still if it were handed over at the end of
 *     this round; null where nobody can know yet
 * @param secondsLeft until the guest runs at the destination; null where it does not converge, or
 *     nobody can know yet
 */
public record ProgressView(
    int round,
    long pages,
    long pagesLeft,
    long bytes,
    double pagesPerSecond,
    @Nullable Double dirtyPagesPerSecond,
    int throttle,
    @Nullable Double downtimeMillis,
    @Nullable Double secondsLeft) {}
