/**
 * The demonstration: two host processes, a guest that moves between them, and the proof that it
 * arrived whole.
 */
@NullMarked
package dev.sealift.cli.demo;

import org.jspecify.annotations.NullMarked;
