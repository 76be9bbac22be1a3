/**
 * What attacks are made of: two model machines, guests that say what their pages hold, bare SEV
 * commands without Sealift, a link that can be tampered with, and peers that play false.
 */
@NullMarked
package dev.sealift.cli.adversary.lab;

import org.jspecify.annotations.NullMarked;
