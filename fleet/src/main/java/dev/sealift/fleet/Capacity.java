package dev.sealift.fleet;

/**
 * Room for guests.
 *
 * @param memoryBytes of guest memory
 * @param guests how many guests without SEV-ES: ASIDs
 * @param esGuests how many with SEV-ES: these have ASIDs of their own
 */
public record Capacity(long memoryBytes, int guests, int esGuests) {}
