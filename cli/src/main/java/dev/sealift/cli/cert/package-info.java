/** {@code sealift cert}: certificates of SEV shown, verified, made and put together. */
@NullMarked
package dev.sealift.cli.cert;

import org.jspecify.annotations.NullMarked;
