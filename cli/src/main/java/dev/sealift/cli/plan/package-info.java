/** {@code sealift plan}: what a move would be like, by simulation. */
@NullMarked
package dev.sealift.cli.plan;

import org.jspecify.annotations.NullMarked;
