package dev.sealift.firmware;

import dev.sealift.abi.psp.CopyBuffer;
import dev.sealift.abi.psp.DebugBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;

/** How much guest memory a command moves: what its time grows with. */
final class GuestData {
  private GuestData() {}

  /** Bytes that a command has read from guest memory, or written to it, if it succeeded. */
  static long bytes(Call call) {
    return switch (call.command()) {
      case LAUNCH_UPDATE_DATA, LAUNCH_UPDATE_VMSA -> LaunchUpdateBuffer.read(call.buffer()).len();
      case LAUNCH_SECRET,
          SEND_UPDATE_DATA,
          SEND_UPDATE_VMSA,
          RECEIVE_UPDATE_DATA,
          RECEIVE_UPDATE_VMSA ->
          PacketBuffer.read(call.buffer()).guestLen();
      case COPY -> CopyBuffer.read(call.buffer()).len();
      case DBG_DECRYPT, DBG_ENCRYPT -> DebugBuffer.read(call.buffer()).len();
      case SWAP_OUT, SWAP_IN -> SwapCommands.size(call);
      default -> 0;
    };
  }
}
