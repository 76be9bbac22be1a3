package dev.sealift.cli.view;

/**
 * How long a guest stood still, in milliseconds, and what that time went into; the parts follow
 * each other without a gap.
 *
 * @param total all of it
 * @param pause until the vCPU stood still
 * @param lastRound until the destination had the last pages
 * @param state until page status and vCPU state were sent
 * @param prepare until the destination said PREPARED
 * @param finish until SEND_FINISH was done and written down
 * @param commit until the destination said RUNNING
 */
public record DowntimeView(
    double total,
    double pause,
    double lastRound,
    double state,
    double prepare,
    double finish,
    double commit) {}
