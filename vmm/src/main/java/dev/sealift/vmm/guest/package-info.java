/** A guest program that can prove its memory: as machine code, as a model, and as a replay. */
@NullMarked
package dev.sealift.vmm.guest;

import org.jspecify.annotations.NullMarked;
