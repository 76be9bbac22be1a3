/** {@code sealift doctor}: what this machine has of what Sealift can use. */
@NullMarked
package dev.sealift.cli.doctor;

import org.jspecify.annotations.NullMarked;
