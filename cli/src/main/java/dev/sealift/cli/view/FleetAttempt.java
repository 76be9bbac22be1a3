package dev.sealift.cli.view;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to move a guest for a job, as who followed the job saw it.
 *
 * @param guest what was to go
 * @param from where it was
 * @param to where it was to go; empty where no host could be found for it
 * @param attempt counted from 1
 * @param ordered when it was first seen under way
 * @param ended when it was first seen to be over; null while it is not
 * @param outcome moving, moved, failed or cancelled
 * @param reason why it did not succeed, in a sentence; empty where it did
 */
public record FleetAttempt(
    String guest,
    String from,
    String to,
    int attempt,
    Instant ordered,
    @Nullable Instant ended,
    String outcome,
    String reason) {}
