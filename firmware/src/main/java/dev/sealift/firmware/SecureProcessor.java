package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import java.util.Optional;

/**
 * The Secure Processor as the rest of the machine reaches it: a mailbox that takes one command at a
 * time, or, since RING_BUFFER, rings for two queues of them.
 *
 * <p>Source: AMD publication 55766, mailbox protocol.
 */
public interface SecureProcessor {

  /**
   * Runs a command to its end. Callers are served one after the other. While the mode of
   * RING_BUFFER is on, any command ends it and is not run: EXIT_RING_BUFFER.
   *
   * @param id the command id, bits 23:16 of the command register; an unknown one is INVALID_COMMAND
   * @param buffer the system physical address of the command buffer; not looked at by commands that
   *     take none
   * @return the status; what is written back to the buffer depends on the command's class
   */
  FirmwareStatus command(int id, long buffer);

  /**
   * Rings for the queues that RING_BUFFER has named, as a write of control with bit 30 to the
   * command register does: their commands are run, those of high priority first, until both queues
   * are empty or a command fails. One that has failed stays at the head of its queue, and is run
   * again at the next ring, unless another was put in its place.
   *
   * @param tails how far the queues are filled
   * @return how far they are worked; empty where the mode of RING_BUFFER is off, and by default:
   *     not every processor has it
   */
  default Optional<RingHeads> ring(RingTails tails) {
    return Optional.empty();
  }

  /**
   * Makes or takes many packets: the same as their commands one after another, up to the first that
   * fails. Runs of several callers go on at the same time, as packets have nothing to do with each
   * other; commands wait for them.
   *
   * @return how far it came; empty by default: no processor in the field has it
   */
  default Optional<PacketRun.Answer> run(PacketRun run) {
    return Optional.empty();
  }

  /**
   * What WBINVD on every core of the machine does: no stale line of any guest is left in a cache.
   */
  void writeBackAndInvalidateCaches();

  /** The ASIDs that exist: 1 to this number (CPUID 8000001F ECX). */
  int maximumAsid();

  /**
   * The lowest ASID for guests without SEV-ES (CPUID 8000001F EDX); those with it take the lower
   * ones.
   */
  int minimumSevAsid();

  /** How the CPUs of the machine enter and leave guests whose register state is encrypted. */
  WorldSwitch worldSwitch();

  /** The bit of a physical address that marks encrypted memory (CPUID 8000001F EBX, bits 5:0). */
  int encryptionBit();
}
