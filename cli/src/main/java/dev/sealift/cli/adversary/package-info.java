/** {@code sealift adversary}: attacks that run for real, against SEV alone and against Sealift. */
@NullMarked
package dev.sealift.cli.adversary;

import org.jspecify.annotations.NullMarked;
