/** {@code sealift run}: a program, unchanged, with SEV where the machine has none. */
@NullMarked
package dev.sealift.cli.run;

import org.jspecify.annotations.NullMarked;
