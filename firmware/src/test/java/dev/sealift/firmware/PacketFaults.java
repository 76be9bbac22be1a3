package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.flipped;

import java.lang.foreign.MemorySegment;

/** How to bring faults of packets and register states about. */
final class PacketFaults {

  private PacketFaults() {}

  static void addTo(FaultRecipes recipes) {
    recipes.after(
        "the packet's MAC is wrong",
        "the packet",
        s -> {
          long address = s.get("hdr_address");
          if (address >= TestMachine.RAM) {
            byte[] header = s.machine.memory.read(address, 52);
            s.machine.memory.write(address, flipped(header, 8 * 21));
          }
        });
    recipes.after("the packet is marked as compressed", "the packet's flags", Packets::compress);
    recipes.after(
        "guest_len is not a multiple of 16",
        "guest_len",
        s -> {
          s.set("guest_len", s.get("guest_len") - 8);
          if (s.row.command().name().startsWith("RECEIVE_UPDATE")) {
            s.set("trans_len", s.get("guest_len"));
          }
        });
    recipes.after(
        "the VMSA is not as it was set up",
        "the VMSA",
        s -> s.machine.controller.write(s.asid, s.vmsa, MemorySegment.ofArray(new byte[16])));
    recipes.after(
        "no checksum slot is left",
        "checksum slots",
        s -> {
          VmsaChecksums checksums = s.machine.processor.platform().vmsaChecksums();
          Guest guest = s.machine.processor.platform().guests().all().getFirst();
          MemorySegment page = MemorySegment.ofArray(new byte[4096]);
          while (!checksums.full()) {
            checksums.setUp(guest, page);
          }
        });
  }
}
