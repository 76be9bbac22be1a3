/**
 * Readers of outside bytes are given any bytes: recorded ones, ones changed by chance, and ones
 * that Jazzer finds by looking which code they reach.
 */
@NullMarked
package dev.sealift.fuzz;

import org.jspecify.annotations.NullMarked;
