package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.SEND_CANCEL;
import static dev.sealift.abi.psp.PspCommand.SEND_FINISH;
import static dev.sealift.abi.psp.PspCommand.SEND_START;
import static dev.sealift.abi.psp.PspCommand.SEND_UPDATE_DATA;
import static dev.sealift.abi.psp.PspCommand.SEND_UPDATE_VMSA;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.Session;
import java.lang.foreign.MemorySegment;

/**
 * Commands of the platform that a guest leaves.
 *
 * <p>Source: AMD publication 55766, guest send commands.
 */
final class SendCommands {
  private static final Field.U32 POLICY = (Field.U32) SendStartBuffer.LAYOUT.field("policy");
  private static final Field.U32 HDR_LEN = (Field.U32) PacketBuffer.LAYOUT.field("hdr_len");

  private final Platform platform;
  private final TargetChecks targets;
  private final PacketBounce bounce;

  SendCommands(Platform platform, TargetChecks targets, PacketBounce bounce) {
    this.platform = platform;
    this.targets = targets;
    this.bounce = bounce;
  }

  void bind(Bindings bindings) {
    int vmsa = PacketContext.vmsa(platform.settings().profile());
    bindings.effect(SEND_START, this::start);
    bindings.effect(SEND_UPDATE_DATA, call -> update(call, PacketEngine.DATA));
    bindings.effect(SEND_UPDATE_VMSA, call -> update(call, vmsa));
    bindings.effect(SEND_FINISH, call -> end(call.guest(), GuestState.SENT));
    bindings.effect(SEND_CANCEL, call -> end(call.guest(), GuestState.RUNNING));
  }

  private void start(Call call) throws Refusal {
    SendStartBuffer command = SendStartBuffer.read(call.buffer());
    Guest guest = call.guest();
    Session.Created session =
        Session.create(
            platform.identity().pdh().privateKey(),
            targets.key(call),
            guest.policy(),
            platform.settings().random());
    try {
      platform.memory().writeHost(command.sessionAddress(), MemorySegment.ofArray(session.blob()));
    } catch (Refusal refusal) {
      session.keys().close();
      throw refusal;
    }
    guest.openSession(session.keys());
    guest.enter(GuestState.SUPDATE);
    POLICY.set(call.buffer(), guest.policy().word());
  }

  private void update(Call call, int context) throws Refusal {
    PacketBuffer command = PacketBuffer.read(call.buffer());
    Guest guest = call.guest();
    MemorySegment plain = bounce.plain((int) command.guestLen());
    MemorySegment cipher = bounce.cipher((int) command.guestLen());
    platform.memory().readGuest(guest.asid(), command.guestAddress(), plain);
    SessionEngines engines = guest.engines();
    PacketEngine engine = engines.take(platform.settings().engines());
    try {
      engine.seal(context, plain, cipher, bounce.header());
    } finally {
      engines.giveBack(engine);
    }
    platform.memory().writeHost(command.transAddress(), cipher);
    platform.memory().writeHost(command.hdrAddress(), bounce.header());
    HDR_LEN.set(call.buffer(), PacketHeader.SIZE);
  }

  private static void end(Guest guest, GuestState next) {
    guest.closeSession();
    guest.enter(next);
  }
}
