/** {@code sealift migrate}: a guest's move, ordered and watched. */
@NullMarked
package dev.sealift.cli.migrate;

import org.jspecify.annotations.NullMarked;
