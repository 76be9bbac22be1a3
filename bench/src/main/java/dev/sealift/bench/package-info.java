/**
 * Measurements of the parts: the packet engines and the loop in C that they are compared with, a
 * system call, the kernel layer, the scan of a dirty bitmap. Each is a {@link Contestant}, so that
 * they can take turns in one run, and whatever else the machine does hits all of them.
 */
@NullMarked
package dev.sealift.bench;

import org.jspecify.annotations.NullMarked;
