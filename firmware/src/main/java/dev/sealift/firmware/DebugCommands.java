package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.DBG_DECRYPT;
import static dev.sealift.abi.psp.PspCommand.DBG_ENCRYPT;

import dev.sealift.abi.Pages;
import dev.sealift.abi.psp.DebugBuffer;
import java.lang.foreign.MemorySegment;

/**
 * Commands that let the host read and write the memory of a guest whose policy allows it.
 *
 * <p>Source: AMD publication 55766, DBG_DECRYPT and DBG_ENCRYPT.
 */
final class DebugCommands {
  private final Platform platform;

  DebugCommands(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.effect(DBG_DECRYPT, call -> copy(call, call.guest().asid(), MemoryController.HOST));
    bindings.effect(DBG_ENCRYPT, call -> copy(call, MemoryController.HOST, call.guest().asid()));
  }

  private void copy(Call call, int from, int to) throws Refusal {
    DebugBuffer command = DebugBuffer.read(call.buffer());
    MemorySegment bounce = MemorySegment.ofArray(new byte[Pages.SIZE]);
    try {
      for (long done = 0; done < command.len(); ) {
        int length = (int) Math.min(command.len() - done, Pages.SIZE);
        MemorySegment piece = bounce.asSlice(0, length);
        platform.memory().readGuest(from, command.srcAddress() + done, piece);
        platform.memory().writeGuest(to, command.dstAddress() + done, piece);
        done += length;
      }
    } finally {
      bounce.fill((byte) 0);
    }
  }
}
