/**
 * What a host shows of itself: to its commands, on its page, in a report and as metrics. Records
 * that are printed as JSON as they are; times are UTC, sizes are bytes.
 */
@NullMarked
package dev.sealift.cli.view;

import org.jspecify.annotations.NullMarked;
