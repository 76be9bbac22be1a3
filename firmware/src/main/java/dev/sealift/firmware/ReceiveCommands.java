package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.BAD_MEASUREMENT;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static dev.sealift.abi.FirmwareStatus.UNSUPPORTED;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.TransportKeys;
import java.lang.foreign.MemorySegment;

/**
 * Commands of the platform that a guest comes to. Who sends it is not asked, and nothing in a
 * packet says where in memory it belongs: order, place and completeness are the business of whoever
 * carries the packets.
 *
 * <p>Source: AMD publication 55766, guest receive commands.
 */
final class ReceiveCommands {
  private static final int BLOCK = 16;
  private static final Field.U32 HANDLE = (Field.U32) ReceiveStartBuffer.LAYOUT.field("handle");
  private static final Field.U32 HEADER_FLAGS = new Field.U32("flags", 0);

  private final Platform platform;
  private final GuestAdmission admission;
  private final PacketBounce bounce;

  ReceiveCommands(Platform platform, GuestAdmission admission, PacketBounce bounce) {
    this.platform = platform;
    this.admission = admission;
    this.bounce = bounce;
  }

  void receiveStart(MemorySegment buffer) throws Refusal {
    ReceiveStartBuffer command = ReceiveStartBuffer.read(buffer);
    GuestPolicy policy = new GuestPolicy(command.policy());
    TransportKeys keys =
        admission.openSession(
            command.pdhCertAddress(),
            command.pdhCertLen(),
            command.sessionAddress(),
            command.sessionLen(),
            policy);
    Guest guest = admission.admit(command.handle(), policy, GuestState.RUPDATE, keys);
    HANDLE.set(buffer, guest.handle());
  }

  void receiveUpdateData(MemorySegment buffer) throws Refusal {
    PacketBuffer command = PacketBuffer.read(buffer);
    Guest guest = platform.guests().get(command.handle());
    guest.requireState(GuestState.RUPDATE);
    guest.requireAsid();
    FirmwareProfile profile = platform.settings().profile();
    long length = command.transLen();
    Refusal.unless(
        length != 0
            && length <= profile.largestPacket()
            && length % BLOCK == 0
            && command.guestLen() == length
            && command.hdrLen() >= PacketHeader.SIZE,
        INVALID_LEN);
    Refusal.unless(command.guestAddress() % BLOCK == 0, INVALID_ADDRESS);

    MemorySegment header = bounce.header();
    platform.memory().readHost(command.hdrAddress(), header);
    Refusal.unless((HEADER_FLAGS.get(header) & PacketHeader.COMPRESSED) == 0, UNSUPPORTED);
    Refusal.unless(length >= profile.smallestPacket(), INVALID_PARAM);
    MemorySegment cipher = bounce.cipher((int) length);
    platform.memory().readHost(command.transAddress(), cipher);

    MemorySegment plain = bounce.plain((int) length);
    try {
      Refusal.unless(
          guest.packetEngine().open(PacketEngine.DATA, header, cipher, plain), BAD_MEASUREMENT);
      platform.memory().writeGuest(guest.asid(), command.guestAddress(), plain);
    } finally {
      plain.fill((byte) 0);
    }
  }

  void receiveFinish(MemorySegment buffer) throws Refusal {
    Guest guest = platform.guests().get(HandleBuffer.read(buffer).handle());
    guest.requireState(GuestState.RUPDATE);
    guest.closeSession();
    platform.letRun(guest);
  }
}
