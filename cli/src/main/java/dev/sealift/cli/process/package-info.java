/**
 * Host processes: a command that needs two hosts starts two Java virtual machines like its own, and
 * talks with each by orders and events, one JSON object a line.
 */
@NullMarked
package dev.sealift.cli.process;

import org.jspecify.annotations.NullMarked;
