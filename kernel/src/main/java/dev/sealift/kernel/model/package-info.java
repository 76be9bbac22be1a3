/**
 * /dev/kvm in software: virtual machines whose vCPUs run programs in Java instead of machine code,
 * and which answer a VMM as Linux's KVM does.
 */
@NullMarked
package dev.sealift.kernel.model;

import org.jspecify.annotations.NullMarked;
