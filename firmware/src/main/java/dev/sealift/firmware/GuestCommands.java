package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.ACTIVATE;
import static dev.sealift.abi.psp.PspCommand.ACTIVATE_EX;
import static dev.sealift.abi.psp.PspCommand.COPY;
import static dev.sealift.abi.psp.PspCommand.DEACTIVATE;
import static dev.sealift.abi.psp.PspCommand.DECOMMISSION;
import static dev.sealift.abi.psp.PspCommand.GUEST_STATUS;

import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.ActivateBuffer;
import dev.sealift.abi.psp.ActivateExBuffer;
import dev.sealift.abi.psp.CopyBuffer;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Commands that give a guest an address space, take it away, move its pages, and end the guest.
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

  void bind(Bindings bindings) {
    AsidTable asids = platform.asids();
    bindings.checkOf("asid is none that exists", asid((asid, guest) -> !asids.exists(asid)));
    bindings.checkOf("asid is given to a guest", asid((asid, guest) -> asids.owned(asid)));
    bindings.checkOf(
        "asid is given to another guest",
        asid((asid, guest) -> asids.owned(asid) && guest.asid() != asid));
    bindings.checkOf(
        "the guest has another ASID",
        asid((asid, guest) -> guest.hasAsid() && guest.asid() != asid));
    bindings.checkOf(
        "asid is dirty", asid((asid, guest) -> asids.use(asid) == AsidTable.Use.DIRTY));
    bindings.checkOf(
        "asid is out of the range of the guest's kind",
        asid((asid, guest) -> !asids.suits(asid, guest.policy().es())));
    bindings.check("the part does not have ACTIVATE_EX", call -> !platform.settings().activateEx());
    bindings.check("ids_address names no memory of numids ids", this::idsAreMissing);
    bindings.check("src and dst lie apart", call -> lieApart(call.buffer()));

    bindings.effect(DECOMMISSION, call -> platform.dismiss(call.guest()));
    bindings.effect(
        ACTIVATE, call -> activate(call.guest(), ActivateBuffer.read(call.buffer()).asid()));
    bindings.effect(
        ACTIVATE_EX, call -> activate(call.guest(), ActivateExBuffer.read(call.buffer()).asid()));
    bindings.effect(DEACTIVATE, call -> platform.takeAsidBack(call.guest()));
    bindings.effect(GUEST_STATUS, call -> status(call.buffer()));
    bindings.effect(COPY, this::copy);
  }

  private interface AsidFault {
    boolean is(int asid, Guest guest);
  }

  private static Function<Shape, Check> asid(AsidFault fault) {
    return shape -> {
      Field.U32 asid = shape.word("asid");
      return call -> fault.is(asid.get(call.buffer()), call.guest());
    };
  }

  private boolean idsAreMissing(Call call) {
    ActivateExBuffer command = ActivateExBuffer.read(call.buffer());
    return !platform.memory().reaches(command.idsAddress(), command.numIds() * Integer.BYTES);
  }

  private void activate(Guest guest, int asid) {
    if (guest.asid() == asid) {
      // More core complexes for the ASID that it has: the model's controller serves all of them.
      return;
    }
    byte[] seed = guest.encryptionSeed().reveal();
    try {
      platform.controller().installKey(asid, seed);
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
    platform.asids().give(asid, guest);
  }

  private void status(MemorySegment buffer) {
    Guest guest = platform.guests().find(GuestStatusBuffer.read(buffer).handle());
    if (guest == null) {
      STATE.set(buffer, GuestState.UNINIT.number());
      return;
    }
    POLICY.set(buffer, guest.policy().word());
    ASID.set(buffer, guest.asid());
    STATE.set(buffer, guest.state().number());
  }

  private boolean lieApart(MemorySegment buffer) {
    CopyBuffer command = CopyBuffer.read(buffer);
    long compared =
        platform.settings().profile().has(FirmwareQuirk.COPY_COMPARES_FIRST_PAGE)
            ? Pages.SIZE
            : command.len();
    CheckedMemory memory = platform.memory();
    long distance =
        memory.range(command.srcAddress(), compared).first()
            - memory.range(command.dstAddress(), compared).first();
    return Math.abs(distance) >= compared;
  }

  private void copy(Call call) throws Refusal {
    if (!lieApart(call.buffer())) {
      return;
    }
    CopyBuffer command = CopyBuffer.read(call.buffer());
    int asid = call.guest().asid();
    MemorySegment page = MemorySegment.ofArray(new byte[Pages.SIZE]);
    try {
      for (long done = 0; done < command.len(); done += Pages.SIZE) {
        platform.memory().readGuest(asid, command.srcAddress() + done, page);
        platform.memory().writeGuest(asid, command.dstAddress() + done, page);
      }
    } finally {
      page.fill((byte) 0);
    }
  }
}
