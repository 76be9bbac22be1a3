/**
 * What a move would be like, without one: rounds, total time and downtime, by simulation with a
 * virtual clock. The rounds end by the same rule as those of a real move ({@link
 * dev.sealift.migration.Convergence}), and what comes out is told in the same words.
 */
@NullMarked
package dev.sealift.migration.plan;

import org.jspecify.annotations.NullMarked;
