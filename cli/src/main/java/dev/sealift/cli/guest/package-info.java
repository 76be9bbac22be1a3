/** {@code sealift guest}: what a user does with the guests of a host. */
@NullMarked
package dev.sealift.cli.guest;

import org.jspecify.annotations.NullMarked;
