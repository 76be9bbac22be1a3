package dev.sealift.migration;

/**
 * Where a round stands.
 *
 * @param round its number, from 0
 * @param pages pages that it is to send
 * @param sent those of them that this host has sent; after a lost link, less those that did not
 *     arrive
 * @param millis how long the round has been under way
 * @param bytes what the source put on the wire so far in all rounds, TLS included
 * @param throttle percent of the time that the guest is kept standing meanwhile
 */
public record RoundProgress(
    int round, long pages, long sent, double millis, long bytes, int throttle) {}
