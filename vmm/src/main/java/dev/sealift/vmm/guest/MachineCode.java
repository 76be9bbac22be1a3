package dev.sealift.vmm.guest;

import java.util.HexFormat;

/** {@code pseudo-random-writer.S}, assembled. A test assembles it anew and compares. */
final class MachineCode {
  private static final String BYTES =
      "b80000004031c90fa281fb4b564d4b755eb80100004031c90fa289c70fbae710" // boot
          + "734d4983cf0231db4c89f148c1e90cba10000000488d2d05000000e99f010000"
          + "bb00001000b940000000ba00000000488d2d05000000e984010000" // share_window
          + "0fbae711730eb9084d564bb80100000031d20f30" // say_ready
          + "bb0000400048cfcccccccccccccccccccccccccccccccccccccccccccccccccc" // go_down
          + "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
          + "cccccccccccccccccccccccccccccccccc"
          + "bf000001004c89f131c0488d2d05000000e9e7000000" // work
          + "bf00001000b900001400b801000000488d2d05000000e9cc000000" // fill_window
          + "4c89e1" // batch
          + "4889f048c1e00d4831c64889f048c1e8074831c64889f048c1e0114831c64889" // step
          + "f74c21ef480134fb49ffc048ffc975d049ffc141f6c10775404983f701bb0000"
          + "1800b920000000ba0000000041f6c7017505ba10000000"
          + "488d2d05000000e988000000" // turn_over
          + "bf00001800b900001a004c89c8488d2d02000000eb50" // fill_exchange
          + "4489c8e7f0e5e483f8010f8574ffffff" // ask
          + "4989f231ed" // reveal
          + "83fd0474144889ee48c1e612bf00001000b900800000f348a5" // next_chunk
          + "89e8e7e848ffc54889e848c1e0124c39f072d44c89d6b8ffffffffe7e8e919ff" // shown
          + "ffff"
          + "49ba157c4a7fb979379e" // fill
          + "4989fb4931c34d0fafda4c891f4883c7084839cf72eaffe5" // fill_word
          + "41f6c702740cb80c000000e7e04885c07507" // map_range
          + "bb00004000ffe5" // mapped
          + "e7ecebfc"; // panic

  private MachineCode() {}

  static byte[] bytes() {
    return HexFormat.of().parseHex(BYTES);
  }
}
