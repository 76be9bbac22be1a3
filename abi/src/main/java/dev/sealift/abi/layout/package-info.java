/** How a C struct lies in memory: little-endian fields at fixed offsets. */
@NullMarked
package dev.sealift.abi.layout;

import org.jspecify.annotations.NullMarked;
