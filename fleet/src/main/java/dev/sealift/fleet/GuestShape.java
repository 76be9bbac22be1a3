package dev.sealift.fleet;

/**
 * What a planner must know of a guest.
 *
 * @param memoryBytes its memory
 * @param policy the word of its SEV policy (AMD publication 55766, GUEST_POLICY)
 * @param dirtyPagesPerSecond distinct pages of 4 KiB that it writes in a second, as last seen
 * @param workingSetPages the pages among which it does so
 */
public record GuestShape(
    long memoryBytes, int policy, double dirtyPagesPerSecond, long workingSetPages) {}
