package dev.sealift.firmware;

import dev.sealift.abi.psp.PspCommand;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A command on its way through its checks; one object a command, used again and again. */
final class Call {
  private final PspCommand command;
  private final MemorySegment buffer;
  private @Nullable Guest guest;

  /** A call with this copy of the command buffer. */
  Call(PspCommand command, MemorySegment buffer) {
    this.command = command;
    this.buffer = buffer;
  }

  PspCommand command() {
    return command;
  }

  /**
   * The processor's own copy of the command buffer. Changes to it reach the caller as the command's
   * class says.
   */
  MemorySegment buffer() {
    return buffer;
  }

  /** The guest that the buffer names, known once its handle was checked. */
  Guest guest() {
    Guest named = guest;
    if (named == null) {
      throw new IllegalStateException("the table checks the guest before its handle");
    }
    return named;
  }

  void guest(@Nullable Guest named) {
    guest = named;
  }
}
