package dev.sealift.interpose;

import dev.sealift.linux.LinuxDescriptors;
import dev.sealift.linux.LinuxForeignDescriptors;
import dev.sealift.linux.LinuxMounts;
import dev.sealift.linux.LinuxProcessMemory;
import dev.sealift.linux.LinuxPrograms;
import dev.sealift.linux.LinuxSeccomp;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxTracing;
import dev.sealift.linux.LinuxUnavailableException;

/** The parts of Linux that serving other programs takes. */
record Linux(
    LinuxSystemCalls calls,
    LinuxDescriptors descriptors,
    LinuxProcessMemory memory,
    LinuxMounts mounts,
    LinuxSeccomp seccomp,
    LinuxForeignDescriptors foreign,
    LinuxPrograms programs,
    LinuxTracing tracing) {

  static Linux open() throws InterposeException {
    try {
      return new Linux(
          LinuxSystemCalls.open(),
          LinuxDescriptors.open(),
          LinuxProcessMemory.open(),
          LinuxMounts.open(),
          LinuxSeccomp.open(),
          LinuxForeignDescriptors.open(),
          LinuxPrograms.open(),
          LinuxTracing.open());
    } catch (LinuxUnavailableException unavailable) {
      throw new InterposeException(String.valueOf(unavailable.getMessage()), unavailable);
    }
  }
}
