/** The Secure Processor of AMD SEV: what its mailbox answers, and what it does to memory. */
@NullMarked
package dev.sealift.firmware;

import org.jspecify.annotations.NullMarked;
