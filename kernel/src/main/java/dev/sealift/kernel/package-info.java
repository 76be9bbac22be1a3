/**
 * Linux's SEV layer in software: the SEV part of KVM and the driver of the Secure Processor, over
 * memory that the caller mapped.
 */
@NullMarked
package dev.sealift.kernel;

import org.jspecify.annotations.NullMarked;
