package dev.sealift.cli.demo;

import dev.sealift.abi.Pages;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.MemorySize;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.kernel.KernelProfile;
import org.jspecify.annotations.Nullable;

/**
 * What a demonstration is to do.
 *
 * @param kind the kind of both hosts, resolved
 * @param kernel which SEV commands both hosts' kernels serve
 * @param memoryBytes the guest's memory
 * @param hotPages how many 4 KiB pages the guest keeps writing to
 * @param downtimeMillis how long the guest may stand still
 * @param policy what the guest allows
 * @param pace how fast both hosts' Secure Processors are at most
 */
record DemoPlan(
    HostKind kind,
    KernelProfile kernel,
    long memoryBytes,
    long hotPages,
    int downtimeMillis,
    GuestPolicy policy,
    ProcessorPace pace) {
  private static final long MIB = 1L << 20;
  private static final long LEAST_MEMORY = 8 * MIB;
  private static final long MOST_MEMORY = 3072 * MIB;

  static DemoPlan of(
      HostKind kind,
      KernelProfile kernel,
      @Nullable MemorySize memory,
      @Nullable MemorySize hotSet,
      int downtimeMillis,
      boolean noSend,
      boolean es)
      throws Failure {
    boolean real = kind == HostKind.KVM;
    long memoryBytes = memory == null ? (real ? 128 : 64) * MIB : memory.bytes();
    if (memoryBytes < LEAST_MEMORY || memoryBytes > MOST_MEMORY || memoryBytes % (2 * MIB) != 0) {
      throw new Failure(
          "--memory "
              + memoryBytes
              + " bytes does not fit: give a multiple of 2M from 8M to 3072M.");
    }
    long preferred = (real ? 16 : 8) * MIB;
    long hotBytes =
        hotSet == null ? Math.min(preferred, Long.highestOneBit(memoryBytes / 2)) : hotSet.bytes();
    if (hotBytes < Pages.SIZE || Long.bitCount(hotBytes) != 1 || hotBytes > memoryBytes - 4 * MIB) {
      throw new Failure(
          "--hot-set "
              + hotBytes
              + " bytes does not fit: give a power of two, at most the memory less 4M.");
    }
    if (real && es) {
      throw new Failure(
          "--es does not go with --host kvm: the kernel under it could read the registers of every"
              + " vCPU; choose --host model.");
    }
    GuestPolicy policy =
        GuestPolicy.of(GuestPolicy.Flag.NODBG, GuestPolicy.Flag.NOKS, GuestPolicy.Flag.SEV);
    if (es) {
      policy = policy.with(GuestPolicy.Flag.ES);
    }
    return new DemoPlan(
        kind,
        kernel,
        memoryBytes,
        hotBytes / Pages.SIZE,
        downtimeMillis,
        noSend ? policy.with(GuestPolicy.Flag.NOSEND) : policy,
        ProcessorPace.UNPACED);
  }

  /** The same, with slower processors. */
  DemoPlan with(ProcessorPace other) {
    return new DemoPlan(kind, kernel, memoryBytes, hotPages, downtimeMillis, policy, other);
  }

  long pages() {
    return memoryBytes / Pages.SIZE;
  }
}
