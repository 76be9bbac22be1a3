/** How a host's commands speak to the host: one JSON object a line over a Unix socket. */
@NullMarked
package dev.sealift.cli.control;

import org.jspecify.annotations.NullMarked;
