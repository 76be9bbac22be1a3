/**
 * {@code sealift bench}: everything is measured by turns in one run, and told as ratios to a loop
 * in C. What each figure is stands in docs/performance.md.
 */
@NullMarked
package dev.sealift.cli.bench;

import org.jspecify.annotations.NullMarked;
