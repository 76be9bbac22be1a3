/** Benchmarks: how fast the parts are, in operations a second and bytes of garbage an operation. */
@NullMarked
package dev.sealift.bench;

import org.jspecify.annotations.NullMarked;
