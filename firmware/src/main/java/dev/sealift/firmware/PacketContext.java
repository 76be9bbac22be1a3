package dev.sealift.firmware;

import dev.sealift.crypto.PacketEngine;

/** The byte that a packet's MAC begins with, by the kind of packet. */
final class PacketContext {

  private PacketContext() {}

  /** For register states: the specification and shipped firmware do not agree. */
  static int vmsa(FirmwareProfile profile) {
    return profile.has(FirmwareQuirk.VMSA_MAC_CONTEXT_02)
        ? PacketEngine.DATA
        : PacketEngine.VMSA_SPECIFICATION;
  }
}
