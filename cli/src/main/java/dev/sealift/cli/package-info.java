/** The command line: commands, options, and how a machine is chosen. */
@NullMarked
package dev.sealift.cli;

import org.jspecify.annotations.NullMarked;
