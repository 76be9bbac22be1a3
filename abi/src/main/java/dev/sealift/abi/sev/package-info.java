/** SEV as user space sees it: /dev/sev (linux/psp-sev.h) and KVM_MEMORY_ENCRYPT_OP (asm/kvm.h). */
@NullMarked
package dev.sealift.abi.sev;

import org.jspecify.annotations.NullMarked;
