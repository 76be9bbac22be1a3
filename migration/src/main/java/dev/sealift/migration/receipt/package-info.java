/**
 * What a move leaves behind for those who were not there: a statement, signed by both platforms.
 */
@NullMarked
package dev.sealift.migration.receipt;

import org.jspecify.annotations.NullMarked;
