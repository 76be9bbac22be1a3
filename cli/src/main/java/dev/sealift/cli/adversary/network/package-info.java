/** Attacks of whoever holds the network between two honest hosts. */
@NullMarked
package dev.sealift.cli.adversary.network;

import org.jspecify.annotations.NullMarked;
