/**
 * The protocol between two hosts: what is said, in which bytes, how it is sealed, and how it fails.
 * Knows nothing of guests or platforms; docs/protocol.md is its specification.
 */
@NullMarked
package dev.sealift.migration.wire;

import org.jspecify.annotations.NullMarked;
