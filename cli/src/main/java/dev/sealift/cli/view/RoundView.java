package dev.sealift.cli.view;

/**
 * A round of a move that is over.
 *
 * @param round its number, from 0
 * @param pages pages that it was to send
 * @param privatePackets pages sent as packets of the Secure Processor
 * @param sharedPages pages sent as they are, inside TLS
 * @param bytes what went over the wire
 * @param millis how long it took
 * @param throttle percent of the time that the guest was kept standing
 * @param dirtyAfter pages that were written meanwhile and must go again
 */
public record RoundView(
    int round,
    long pages,
    long privatePackets,
    long sharedPages,
    long bytes,
    double millis,
    int throttle,
    long dirtyAfter) {}
