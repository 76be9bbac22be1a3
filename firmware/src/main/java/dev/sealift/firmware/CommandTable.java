package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.ACTIVATE;
import static dev.sealift.abi.psp.PspCommand.DEACTIVATE;
import static dev.sealift.abi.psp.PspCommand.DECOMMISSION;
import static dev.sealift.abi.psp.PspCommand.DF_FLUSH;
import static dev.sealift.abi.psp.PspCommand.GET_ID;
import static dev.sealift.abi.psp.PspCommand.GUEST_STATUS;
import static dev.sealift.abi.psp.PspCommand.INIT;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_FINISH;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_MEASURE;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_SECRET;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_START;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_UPDATE_DATA;
import static dev.sealift.abi.psp.PspCommand.NOP;
import static dev.sealift.abi.psp.PspCommand.PDH_CERT_EXPORT;
import static dev.sealift.abi.psp.PspCommand.PLATFORM_RESET;
import static dev.sealift.abi.psp.PspCommand.PLATFORM_STATUS;
import static dev.sealift.abi.psp.PspCommand.RECEIVE_FINISH;
import static dev.sealift.abi.psp.PspCommand.RECEIVE_START;
import static dev.sealift.abi.psp.PspCommand.RECEIVE_UPDATE_DATA;
import static dev.sealift.abi.psp.PspCommand.SEND_CANCEL;
import static dev.sealift.abi.psp.PspCommand.SEND_FINISH;
import static dev.sealift.abi.psp.PspCommand.SEND_START;
import static dev.sealift.abi.psp.PspCommand.SEND_UPDATE_DATA;
import static dev.sealift.abi.psp.PspCommand.SHUTDOWN;
import static dev.sealift.firmware.BufferClass.IGNORED;
import static dev.sealift.firmware.BufferClass.IN;
import static dev.sealift.firmware.BufferClass.OUT;
import static dev.sealift.firmware.BufferClass.OUT_LENGTHS;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.ActivateBuffer;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every command that the processor serves: its buffer, when that is copied, the platform states it
 * needs, and what it does. A command that is not here is INVALID_COMMAND.
 *
 * <p>Source: AMD publication 55766, command identifiers, and the description of each command.
 */
final class CommandTable {
  private static final Set<PlatformState> ANY = EnumSet.allOf(PlatformState.class);
  private static final Set<PlatformState> DOWN = EnumSet.of(PlatformState.UNINIT);
  private static final Set<PlatformState> UP =
      EnumSet.of(PlatformState.INIT, PlatformState.WORKING);
  private static final Set<PlatformState> BUSY = EnumSet.of(PlatformState.WORKING);

  /** By id: eight bits of the command register. */
  private final @Nullable Command[] commands = new Command[256];

  CommandTable(Platform context) {
    PlatformCommands platform = new PlatformCommands(context);
    serve(INIT, InitBuffer.LAYOUT, IN, DOWN, platform::init);
    serve(SHUTDOWN, IGNORED, ANY, platform::shutdown);
    serve(PLATFORM_RESET, IGNORED, DOWN, platform::platformReset);
    serve(PLATFORM_STATUS, PlatformStatusBuffer.LAYOUT, OUT, ANY, platform::platformStatus);
    serve(PDH_CERT_EXPORT, PdhCertExportBuffer.LAYOUT, OUT_LENGTHS, UP, platform::pdhCertExport);
    serve(DF_FLUSH, IGNORED, ANY, platform::dfFlush);
    serve(GET_ID, GetIdBuffer.LAYOUT, OUT_LENGTHS, ANY, platform::getId);
    serve(NOP, IGNORED, ANY, platform::nop);

    GuestCommands guest = new GuestCommands(context);
    serve(DECOMMISSION, HandleBuffer.LAYOUT, IN, BUSY, guest::decommission);
    serve(ACTIVATE, ActivateBuffer.LAYOUT, IN, BUSY, guest::activate);
    serve(DEACTIVATE, HandleBuffer.LAYOUT, IN, BUSY, guest::deactivate);
    serve(GUEST_STATUS, GuestStatusBuffer.LAYOUT, OUT, UP, guest::guestStatus);

    PacketBounce bounce = new PacketBounce(context.settings().profile().largestPacket());
    GuestAdmission admission = new GuestAdmission(context);

    LaunchCommands launch = new LaunchCommands(context, admission, bounce);
    serve(LAUNCH_START, LaunchStartBuffer.LAYOUT, OUT, UP, launch::launchStart);
    serve(LAUNCH_UPDATE_DATA, LaunchUpdateBuffer.LAYOUT, IN, BUSY, launch::launchUpdateData);
    serve(LAUNCH_MEASURE, LaunchMeasureBuffer.LAYOUT, OUT_LENGTHS, BUSY, launch::launchMeasure);
    serve(LAUNCH_SECRET, PacketBuffer.LAYOUT, IN, BUSY, launch::launchSecret);
    serve(LAUNCH_FINISH, HandleBuffer.LAYOUT, IN, BUSY, launch::launchFinish);

    SendCommands send = new SendCommands(context, bounce);
    serve(SEND_START, SendStartBuffer.LAYOUT, OUT_LENGTHS, BUSY, send::sendStart);
    serve(SEND_UPDATE_DATA, PacketBuffer.LAYOUT, OUT_LENGTHS, BUSY, send::sendUpdateData);
    serve(SEND_FINISH, HandleBuffer.LAYOUT, IN, BUSY, send::sendFinish);
    serve(SEND_CANCEL, HandleBuffer.LAYOUT, IN, BUSY, send::sendCancel);

    ReceiveCommands receive = new ReceiveCommands(context, admission, bounce);
    serve(RECEIVE_START, ReceiveStartBuffer.LAYOUT, OUT, UP, receive::receiveStart);
    serve(RECEIVE_UPDATE_DATA, PacketBuffer.LAYOUT, IN, BUSY, receive::receiveUpdateData);
    serve(RECEIVE_FINISH, HandleBuffer.LAYOUT, IN, BUSY, receive::receiveFinish);
  }

  /** The command with an id, or null where none is served. */
  @Nullable Command get(int id) {
    return id >= 0 && id < commands.length ? commands[id] : null;
  }

  private void serve(
      PspCommand id,
      StructLayout layout,
      BufferClass bufferClass,
      Set<PlatformState> states,
      Command.Handler handler) {
    MemorySegment buffer = MemorySegment.ofArray(new byte[layout.size()]);
    commands[id.id()] = new Command(buffer, bufferClass, states, handler);
  }

  private void serve(
      PspCommand id, BufferClass ignored, Set<PlatformState> states, Command.Handler handler) {
    commands[id.id()] = new Command(MemorySegment.NULL, ignored, states, handler);
  }
}
