/** {@code sealift platform}: who a platform is and whose, real or in software. */
@NullMarked
package dev.sealift.cli.platform;

import org.jspecify.annotations.NullMarked;
