package dev.sealift.firmware;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;

/**
 * Faults of register states (VMSAs).
 *
 * <p>Source: AMD publication 55766, LAUNCH_UPDATE_VMSA, SEND_UPDATE_VMSA, RECEIVE_UPDATE_VMSA.
 */
final class VmsaChecks {
  private final Platform platform;
  private final PacketBounce bounce;

  VmsaChecks(Platform platform, PacketBounce bounce) {
    this.platform = platform;
    this.bounce = bounce;
  }

  void bind(Bindings bindings) {
    bindings.check("no checksum slot is left", call -> platform.vmsaChecksums().full());
    bindings.checkOf(
        "the VMSA is not as it was set up",
        shape -> {
          Shape.Value address = shape.number("guest_address");
          return call -> !fits(call.guest(), address.of(call.buffer()));
        });
  }

  private boolean fits(Guest guest, long address) throws Refusal {
    MemorySegment page = bounce.plain(Pages.SIZE);
    platform.memory().readGuest(guest.asid(), address, page);
    return platform.vmsaChecksums().fits(guest, page);
  }

  /** Gives a VMSA in the clear its slot and checksum. */
  void setUp(Guest guest, MemorySegment vmsa) {
    platform.vmsaChecksums().setUp(guest, vmsa);
  }
}
