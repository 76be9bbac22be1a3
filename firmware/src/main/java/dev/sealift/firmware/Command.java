package dev.sealift.firmware;

import dev.sealift.abi.psp.PlatformState;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * A command that the processor serves.
 *
 * @param buffer the processor's own copy of the command buffer, of the command's fixed size; empty
 *     where there is none
 * @param bufferClass when it is copied
 * @param states the platform states in which the command is served
 * @param handler what it does
 */
record Command(
    MemorySegment buffer, BufferClass bufferClass, Set<PlatformState> states, Handler handler) {

  /** The work of a command, after the check of the platform's state. */
  interface Handler {

    /**
     * Checks in the order of the specification, then acts.
     *
     * @param buffer the copy of the command buffer; changes to it reach the caller as the command's
     *     class says
     */
    void run(MemorySegment buffer) throws Refusal;
  }
}
