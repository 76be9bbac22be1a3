/**
 * The part of linux/kvm.h that a small VMM needs: ioctl numbers, registers, memory slots, exits.
 */
@NullMarked
package dev.sealift.abi.kvm;

import org.jspecify.annotations.NullMarked;
