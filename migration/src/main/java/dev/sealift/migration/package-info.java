/** Moving a running guest to another host: the source, the destination, and the hand-over. */
@NullMarked
package dev.sealift.migration;

import org.jspecify.annotations.NullMarked;
