package dev.sealift.migration;

/**
 * What one round sent.
 *
 * @param round its number, from 0
 * @param pages pages that it was to send
 * @param privatePackets pages sent as packets of the Secure Processor
 * @param sharedPages pages sent as they are
 * @param bytes what the source put on the wire for it, on all connections, TLS included
 * @param millis how long it took, until the destination had everything
 * @param throttle percent of the time that the guest was kept standing meanwhile, so that it wrote
 *     less
 * @param dirtyAfter pages that were written meanwhile and must go again; 0 in the last round
 */
public record RoundReport(
    int round,
    long pages,
    long privatePackets,
    long sharedPages,
    long bytes,
    double millis,
    int throttle,
    long dirtyAfter) {}
