/**
 * {@code sealift trace} and {@code sealift replay}: what a program asks of SEV, in words and in a
 * file, and whether the software platform answers the same.
 */
@NullMarked
package dev.sealift.cli.trace;

import org.jspecify.annotations.NullMarked;
