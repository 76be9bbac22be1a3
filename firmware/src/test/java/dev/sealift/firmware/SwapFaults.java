package dev.sealift.firmware;

/** How to bring faults of pages that are swapped about. */
final class SwapFaults {

  private SwapFaults() {}

  static void addTo(FaultRecipes recipes) {
    recipes.after(
        "mdata overlaps a page",
        "mdata_address",
        s ->
            s.set(
                "mdata_address", (s.get("dst_address") & -64) + 64 | s.get("mdata_address") & 63));
    recipes.after(
        "a VMSA is said to have 2 MiB",
        "flags, src_address, dst_address",
        s -> {
          s.set("flags", 1 | 4);
          s.set("src_address", Scenario.LARGE_PAGE | s.get("src_address") & 0xFF);
          s.set("dst_address", Scenario.LARGE_PAGE | s.get("dst_address") & 0xFF);
        });
    recipes.after(
        "the guest's page counter is used up",
        "the counter",
        s -> {
          Guest guest = s.machine.processor.platform().guests().find(s.handle);
          if (guest != null) {
            guest.swapped(-2);
          }
        });
    recipes.after("the page is not of the type that is said", "flags", s -> s.set("flags", 4));
    recipes.after("mdata is of another page size or type", "mdata", s -> metadata(s, 4));
    recipes.after(
        "a VMSA is swapped in in place",
        "flags, mdata",
        s -> {
          s.set("flags", 4 | 8);
          metadata(s, 4);
        });
    recipes.after("in place, but src is not dst", "flags", s -> s.set("flags", 8));
    recipes.after(
        "the page's tag is wrong",
        "the sealed page",
        s -> {
          long address = s.get("src_address");
          if (address >= TestMachine.RAM) {
            s.machine.memory.write(address, new byte[] {1, 2, 3});
          }
        });
  }

  private static void metadata(Scenario s, int page) {
    long address = s.get("mdata_address");
    if (address >= TestMachine.RAM) {
      s.machine.memory.write(address + 0x3C, new byte[] {(byte) page});
    }
  }
}
