package dev.sealift.cli.view;

import org.jspecify.annotations.Nullable;

/**
 * What a move was asked to keep to.
 *
 * @param downtimeMillis the longest that the last round is to take
 * @param bytesPerSecond the most that is sent; null for no limit
 * @param rounds the most rounds
 * @param throttle percent of the time that the guest may be kept standing
 */
public record LimitsView(
    double downtimeMillis, @Nullable Long bytesPerSecond, int rounds, int throttle) {}
