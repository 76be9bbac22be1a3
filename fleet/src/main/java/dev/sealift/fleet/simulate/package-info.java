/**
 * A fleet on a clock that nobody waits for. Its coordinator decides by the rules of jobs ({@link
 * dev.sealift.fleet.plan}), its hosts hand guests over by the rules of the hand-over ({@link
 * dev.sealift.migration.handover}), and moves take the time that a plan predicts ({@link
 * dev.sealift.migration.plan}). Only what is between them is simulated: the clock, the links, the
 * registry, and whatever breaks.
 */
@NullMarked
package dev.sealift.fleet.simulate;

import org.jspecify.annotations.NullMarked;
