package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.Session;
import java.lang.foreign.MemorySegment;
import java.security.interfaces.ECPublicKey;

/**
 * Commands of the platform that a guest leaves.
 *
 * <p>Source: AMD publication 55766, guest send commands.
 */
final class SendCommands {
  private static final int BLOCK = 16;
  private static final Field.U32 POLICY = (Field.U32) SendStartBuffer.LAYOUT.field("policy");
  private static final Field.U32 SESSION_LEN =
      (Field.U32) SendStartBuffer.LAYOUT.field("session_len");
  private static final Field.U32 HDR_LEN = (Field.U32) PacketBuffer.LAYOUT.field("hdr_len");

  private final Platform platform;
  private final TargetChecks targets;
  private final PacketBounce bounce;

  SendCommands(Platform platform, PacketBounce bounce) {
    this.platform = platform;
    this.targets = new TargetChecks(platform);
    this.bounce = bounce;
  }

  void sendStart(MemorySegment buffer) throws Refusal {
    SendStartBuffer command = SendStartBuffer.read(buffer);
    Guest guest = platform.guests().get(command.handle());
    if (command.sessionLen() != Session.SIZE) {
      SESSION_LEN.set(buffer, Session.SIZE);
      throw new Refusal(INVALID_LEN);
    }
    guest.requireState(GuestState.RUNNING);
    Refusal.unless(!guest.policy().noSend(), POLICY_FAILURE);
    ECPublicKey target = targets.check(command, guest.policy());

    Session.Created session =
        Session.create(
            platform.identity().pdh().privateKey(),
            target,
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
    POLICY.set(buffer, guest.policy().word());
  }

  void sendUpdateData(MemorySegment buffer) throws Refusal {
    PacketBuffer command = PacketBuffer.read(buffer);
    if (command.hdrLen() < PacketHeader.SIZE) {
      HDR_LEN.set(buffer, PacketHeader.SIZE);
      throw new Refusal(INVALID_LEN);
    }
    Guest guest = platform.guests().get(command.handle());
    guest.requireState(GuestState.SUPDATE);
    guest.requireAsid();
    FirmwareProfile profile = platform.settings().profile();
    long length = command.guestLen();
    Refusal.unless(
        length != 0
            && length <= profile.largestPacket()
            && length % BLOCK == 0
            && command.transLen() >= length,
        INVALID_LEN);
    Refusal.unless(command.guestAddress() % BLOCK == 0, INVALID_ADDRESS);
    Refusal.unless(length >= profile.smallestPacket(), INVALID_PARAM);

    MemorySegment plain = bounce.plain((int) length);
    MemorySegment cipher = bounce.cipher((int) length);
    try {
      platform.memory().readGuest(guest.asid(), command.guestAddress(), plain);
      guest.packetEngine().seal(PacketEngine.DATA, plain, cipher, bounce.header());
    } finally {
      plain.fill((byte) 0);
    }
    platform.memory().writeHost(command.transAddress(), cipher);
    platform.memory().writeHost(command.hdrAddress(), bounce.header());
    HDR_LEN.set(buffer, PacketHeader.SIZE);
  }

  void sendFinish(MemorySegment buffer) throws Refusal {
    endSending(buffer, GuestState.SENT);
  }

  void sendCancel(MemorySegment buffer) throws Refusal {
    endSending(buffer, GuestState.RUNNING);
  }

  private void endSending(MemorySegment buffer, GuestState next) throws Refusal {
    Guest guest = platform.guests().get(HandleBuffer.read(buffer).handle());
    guest.requireState(GuestState.SUPDATE);
    guest.closeSession();
    guest.enter(next);
  }
}
