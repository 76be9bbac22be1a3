package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.ACTIVE;
import static dev.sealift.abi.FirmwareStatus.ASID_OWNED;
import static dev.sealift.abi.FirmwareStatus.DFFLUSH_REQUIRED;
import static dev.sealift.abi.FirmwareStatus.INVALID_ASID;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.ActivateBuffer;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Commands that give a guest an address space, take it away, and end the guest.
 *
 * <p>Source: AMD publication 55766, guest management commands.
 */
final class GuestCommands {
  private static final Field.U32 POLICY = (Field.U32) GuestStatusBuffer.LAYOUT.field("policy");
  private static final Field.U32 ASID = (Field.U32) GuestStatusBuffer.LAYOUT.field("asid");
  private static final Field.U8 STATE = (Field.U8) GuestStatusBuffer.LAYOUT.field("state");

  private final Platform platform;

  GuestCommands(Platform platform) {
    this.platform = platform;
  }

  void decommission(MemorySegment buffer) throws Refusal {
    Guest guest = platform.guests().get(HandleBuffer.read(buffer).handle());
    Refusal.unless(!guest.hasAsid(), ACTIVE);
    platform.dismiss(guest);
  }

  void activate(MemorySegment buffer) throws Refusal {
    ActivateBuffer command = ActivateBuffer.read(buffer);
    AsidTable asids = platform.asids();
    int asid = command.asid();
    Guest guest = platform.guests().get(command.handle());
    Refusal.unless(asids.exists(asid), INVALID_ASID);
    Refusal.unless(!asids.owned(asid), ASID_OWNED);
    Refusal.unless(!guest.hasAsid(), ACTIVE);
    Refusal.unless(guest.state() != GuestState.SENT, INVALID_GUEST_STATE);
    Refusal.unless(asids.use(asid) != AsidTable.Use.DIRTY, DFFLUSH_REQUIRED);
    Refusal.unless(asids.suits(asid, guest.policy().es()), INVALID_ASID);

    byte[] seed = guest.encryptionSeed().reveal();
    try {
      platform.controller().installKey(asid, seed);
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
    asids.give(asid, guest);
  }

  void deactivate(MemorySegment buffer) throws Refusal {
    Guest guest = platform.guests().get(HandleBuffer.read(buffer).handle());
    guest.requireAsid();
    platform.takeAsidBack(guest);
  }

  /**
   * A handle that belongs to nobody is no error: its state is UNINIT, and the other fields stay as
   * the caller had them.
   */
  void guestStatus(MemorySegment buffer) {
    Guest guest = platform.guests().find(GuestStatusBuffer.read(buffer).handle());
    if (guest == null) {
      STATE.set(buffer, GuestState.UNINIT.number());
      return;
    }
    POLICY.set(buffer, guest.policy().word());
    ASID.set(buffer, guest.asid());
    STATE.set(buffer, guest.state().number());
  }
}
