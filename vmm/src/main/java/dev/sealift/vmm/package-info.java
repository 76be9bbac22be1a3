/** Typed clients of /dev/kvm and /dev/sev: a guest, its memory, and its SEV context. */
@NullMarked
package dev.sealift.vmm;

import org.jspecify.annotations.NullMarked;
