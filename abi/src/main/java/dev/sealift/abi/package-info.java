/**
 * The user/kernel boundary: system calls, errno, firmware status, and what a guest sees of its
 * machine.
 */
@NullMarked
package dev.sealift.abi;

import org.jspecify.annotations.NullMarked;
