package dev.sealift.cli.view;

import org.jspecify.annotations.Nullable;

/**
 * A guest of a fleet's job.
 *
 * @param guest what is to go
 * @param from where it was when the job was made
 * @param to where it goes or has gone; empty while that is open
 * @param state waiting, moving, moved, failed or cancelled
 * @param attempts how often it was ordered to move
 * @param bytesLeft what is still to be sent of the round under way; null where nobody knows
 * @param secondsLeft until it runs at its destination; null where nobody knows
 * @param reason what stands in its way, in a sentence; empty where nothing does
 */
public record FleetTask(
    String guest,
    String from,
    String to,
    String state,
    int attempts,
    @Nullable Long bytesLeft,
    @Nullable Double secondsLeft,
    String reason) {}
