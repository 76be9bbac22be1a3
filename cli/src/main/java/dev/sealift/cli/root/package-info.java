/** {@code sealift root}: model roots, which sign the chips of platforms in software. */
@NullMarked
package dev.sealift.cli.root;

import org.jspecify.annotations.NullMarked;
