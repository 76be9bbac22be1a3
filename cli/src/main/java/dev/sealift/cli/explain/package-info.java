/** {@code sealift explain}: what an answer means, and what bytes are, field by field. */
@NullMarked
package dev.sealift.cli.explain;

import org.jspecify.annotations.NullMarked;
