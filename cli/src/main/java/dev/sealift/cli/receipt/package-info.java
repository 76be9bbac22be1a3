/** {@code sealift receipt}: what a move left behind, read and checked without either host. */
@NullMarked
package dev.sealift.cli.receipt;

import org.jspecify.annotations.NullMarked;
