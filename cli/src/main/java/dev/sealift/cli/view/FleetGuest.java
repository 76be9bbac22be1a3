package dev.sealift.cli.view;

import org.jspecify.annotations.Nullable;

/**
 * A guest of a fleet.
 *
 * @param name unique in the fleet
 * @param owner the host that may run it; empty where nobody may
 * @param version of its record: the fencing token of its next hand-over
 * @param memoryBytes its memory
 * @param dirtyPagesPerSecond pages that it writes in a second, as last seen
 * @param group guests of one group are kept apart; empty for none
 * @param movesTo where it is being moved to; null where it is not
 */
public record FleetGuest(
    String name,
    String owner,
    int version,
    long memoryBytes,
    double dirtyPagesPerSecond,
    String group,
    @Nullable String movesTo) {}
