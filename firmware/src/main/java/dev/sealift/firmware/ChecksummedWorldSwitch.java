package dev.sealift.firmware;

import java.lang.foreign.MemorySegment;

/**
 * The world switch of the machine whose Secure Processor is this platform's. The CPU does not wait
 * for the processor's commands: it shares with them only the checksums.
 */
final class ChecksummedWorldSwitch implements WorldSwitch {
  private final Platform platform;

  ChecksummedWorldSwitch(Platform platform) {
    this.platform = platform;
  }

  @Override
  public boolean enter(int asid, long address, MemorySegment vmsa) {
    if (platform.controller().read(asid, address, vmsa)) {
      Guest guest = platform.vmsaChecksums().ownerOf(vmsa);
      if (guest != null && guest.asid() == asid && guest.mayRun()) {
        return true;
      }
    }
    vmsa.fill((byte) 0);
    return false;
  }

  @Override
  public boolean leave(int asid, long address, MemorySegment vmsa) {
    return platform.vmsaChecksums().renew(vmsa, guest -> guest.asid() == asid)
        && platform.controller().write(asid, address, vmsa);
  }
}
