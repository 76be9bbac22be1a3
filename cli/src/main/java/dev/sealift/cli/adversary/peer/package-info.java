/** Attacks of a host at one end of a move on the host at the other end, or on the guest. */
@NullMarked
package dev.sealift.cli.adversary.peer;

import org.jspecify.annotations.NullMarked;
