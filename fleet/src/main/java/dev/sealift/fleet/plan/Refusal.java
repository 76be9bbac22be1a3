package dev.sealift.fleet.plan;

/**
 * A host that does not take a guest.
 *
 * @param host its name
 * @param obstacle why not
 * @param reason the same in a sentence, with what the host has and what would be needed
 */
public record Refusal(String host, Obstacle obstacle, String reason) {}
