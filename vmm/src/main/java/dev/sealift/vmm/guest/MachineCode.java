package dev.sealift.vmm.guest;

import java.util.HexFormat;

/** {@code pseudo-random-writer.S}, assembled. A test assembles it anew and compares. */
final class MachineCode {
  private static final String BYTES =
      "bf000001004c89f131c0488d2d05000000e9f5000000" // boot
          + "bb00001000b940000000ba00000000488d2d05000000e9fc000000" // share_window
          + "bf00001000b900001400b801000000488d2d05000000e9bf000000" // fill_window
          + "4c89e1" // batch
          + "4889f048c1e00d4831c64889f048c1e8074831c64889f048c1e0114831c64889" // step
          + "f74c21ef480134fb49ffc048ffc975d049ffc141f6c107753c4983f701bb0000"
          + "1800b920000000ba000000004d85ff7505ba10000000"
          + "488d2d02000000eb7f" // turn_over
          + "bf00001800b900001a004c89c8488d2d02000000eb47" // fill_exchange
          + "e5e483f8017581" // ask
          + "4989f231ed" // reveal
          + "83fd0474144889ee48c1e612bf00001000b900800000f348a5" // next_chunk
          + "89e8e7e848ffc54889e848c1e0124c39f072d44c89d6b8ffffffffe7e8e926ff" // shown
          + "ffff"
          + "49ba157c4a7fb979379e" // fill
          + "4989fb4931c34d0fafda4c891f4883c7084839cf72eaffe5" // fill_word
          + "b80c000000e7e0bb000040004885c07502ffe5" // map_range
          + "e7ecebfc"; // panic

  private MachineCode() {}

  static byte[] bytes() {
    return HexFormat.of().parseHex(BYTES);
  }
}
