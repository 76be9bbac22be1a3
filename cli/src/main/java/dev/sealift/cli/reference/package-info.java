/** {@code sealift reference}: what each command of the Secure Processor takes, checks and does. */
@NullMarked
package dev.sealift.cli.reference;

import org.jspecify.annotations.NullMarked;
