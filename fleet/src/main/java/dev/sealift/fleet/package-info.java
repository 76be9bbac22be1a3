/** What a fleet knows of its hosts, its guests and the moves between them. */
@NullMarked
package dev.sealift.fleet;

import org.jspecify.annotations.NullMarked;
