/**
 * What is decided in a fleet: which host a guest goes to, which guests a job has, and what comes
 * next in a job. All of it is computed from what is given, without a clock and without a look at
 * the world, so that any coordinator, and a simulation, decides the same.
 */
@NullMarked
package dev.sealift.fleet.plan;

import org.jspecify.annotations.NullMarked;
