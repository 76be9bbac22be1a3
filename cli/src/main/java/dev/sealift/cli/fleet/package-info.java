/** What an operator asks of a fleet. */
@NullMarked
package dev.sealift.cli.fleet;

import org.jspecify.annotations.NullMarked;
