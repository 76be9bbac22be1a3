/**
 * A machine in software that has a process of its own ({@link
 * dev.sealift.interpose.machine.MachineServer}), and the program that calls its kernel from another
 * one ({@link dev.sealift.interpose.machine.MachineClient}): the system calls go over a Unix domain
 * socket, and memory lies in files that both have mapped at the same addresses. What the program
 * keeps outlives its process.
 */
@NullMarked
package dev.sealift.interpose.machine;

import org.jspecify.annotations.NullMarked;
