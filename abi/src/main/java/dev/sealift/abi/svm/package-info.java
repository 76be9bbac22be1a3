/** AMD's virtualization as the CPU keeps it in memory: the register state of a guest. */
@NullMarked
package dev.sealift.abi.svm;

import org.jspecify.annotations.NullMarked;
