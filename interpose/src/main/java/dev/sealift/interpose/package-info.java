/**
 * The software kernel's /dev/sev for programs that call Linux: as a file, through FUSE ({@link
 * dev.sealift.interpose.FuseDevice}, {@link dev.sealift.interpose.DeviceProgram}), and in place of
 * a system call, through seccomp's user notification ({@link
 * dev.sealift.interpose.SeccompSupervisor}). Programs that are started for it have KVM's SEV
 * commands, too ({@link dev.sealift.interpose.SupervisedProgram}).
 */
@NullMarked
package dev.sealift.interpose;

import org.jspecify.annotations.NullMarked;
