package dev.sealift.cli.control;

import org.jspecify.annotations.Nullable;

/**
 * What comparing a guest's memory with its program gave.
 *
 * @param guest its name
 * @param pagesCompared all of its pages
 * @param mismatches those that do not hold what they must
 * @param firstMismatch the first of them; null where there is none
 * @param steps steps that its program had done
 * @param millis how long the guest stood still for it, or showed its memory instead of working
 */
public record Proof(
    String guest,
    long pagesCompared,
    long mismatches,
    @Nullable Long firstMismatch,
    long steps,
    double millis) {}
