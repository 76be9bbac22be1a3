/** {@code sealift fleet}: many guests on many hosts. */
@NullMarked
package dev.sealift.cli.fleet;

import org.jspecify.annotations.NullMarked;
