/** {@code sealift machine}: a machine in software that outlives the programs that use it. */
@NullMarked
package dev.sealift.cli.machine;

import org.jspecify.annotations.NullMarked;
