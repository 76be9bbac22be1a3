package dev.sealift.cli.platform;

import dev.sealift.abi.sev.SevLimits;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The ids of a machine's chips, in hexadecimal digits, as AMD's key server knows them. */
final class ChipIds {
  private static final String KEY_SERVER = "https://kdsintf.amd.com/cek/id/";

  private ChipIds() {}

  /** One for each socket. */
  static List<String> of(SevPlatform device) throws VmmException {
    byte[] all = device.chipId();
    List<String> ids = new ArrayList<>();
    for (int at = 0; at + SevLimits.CHIP_ID <= all.length; at += SevLimits.CHIP_ID) {
      ids.add(HexFormat.of().formatHex(Arrays.copyOfRange(all, at, at + SevLimits.CHIP_ID)));
    }
    return ids;
  }

  /** Where AMD gives out the certificate of a chip with its signature. */
  static String url(String id) {
    return KEY_SERVER + id;
  }
}
