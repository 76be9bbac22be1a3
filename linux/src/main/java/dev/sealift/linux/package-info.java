/** Linux on x86-64, reached through libc and the foreign function interface. */
@NullMarked
package dev.sealift.linux;

import org.jspecify.annotations.NullMarked;
