/**
 * Whom a host lets a guest go to, and whom it takes one from; and the receipt that proves a move
 * afterwards.
 */
@NullMarked
package dev.sealift.migration.trust;

import org.jspecify.annotations.NullMarked;
