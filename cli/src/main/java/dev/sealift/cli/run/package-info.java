/**
 * {@code sealift run} and {@code sealift device}: programs, unchanged, with SEV where the machine
 * has none.
 */
@NullMarked
package dev.sealift.cli.run;

import org.jspecify.annotations.NullMarked;
