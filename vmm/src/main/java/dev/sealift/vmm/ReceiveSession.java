package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/** A guest that is being received: it does not run yet. */
public final class ReceiveSession {
  private final SevGuest guest;

  ReceiveSession(SevGuest guest) {
    this.guest = guest;
  }

  /**
   * RECEIVE_UPDATE_DATA: opens one page; guest memory is not touched if the packet is not genuine.
   * May be called from several threads.
   *
   * @param guestAddress guest physical address of the page
   * @param header the 52-byte packet header, in memory of a {@link CallArena}
   * @param ciphertext the 4096 bytes of ciphertext, in memory of a {@link CallArena}
   */
  public void updateData(long guestAddress, MemorySegment header, MemorySegment ciphertext)
      throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment params = call.take(KvmSevReceiveUpdateData.LAYOUT.size());
      new KvmSevReceiveUpdateData(
              header.asSlice(0, SevLimits.PACKET_HEADER).address(),
              SevLimits.PACKET_HEADER,
              guest.memory().userAddress(guestAddress, Pages.SIZE),
              Pages.SIZE,
              ciphertext.asSlice(0, Pages.SIZE).address(),
              Pages.SIZE)
          .write(params);
      guest.issueForPage(call, SevCommand.RECEIVE_UPDATE_DATA, guestAddress, params);
    }
  }

  /** The way to open many pages: many a call where the kernel has that, else one. */
  public PageCalls pageCalls() throws VmmException {
    return guest.offers(SevExtension.RECEIVE_UPDATE_DATA_BATCH)
        ? new ManyPagesACall(guest, SevExtension.RECEIVE_UPDATE_DATA_BATCH)
        : onePageACall();
  }

  /** The way to open many pages with {@link #updateData}, whatever else the kernel has. */
  public PageCalls onePageACall() {
    return new OnePageACall(this::updateData);
  }

  /**
   * RECEIVE_UPDATE_VMSA: opens the registers of a vCPU of a guest with SEV-ES; nobody reads or sets
   * them from then on. They are not touched if the packet is not genuine. Only a kernel with {@link
   * SevGuest#offersVmsaPackets} does it, and once for each vCPU.
   *
   * @param vcpu the vCPU's id
   */
  public void updateVmsa(int vcpu, VmsaPacket packet) throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment header = call.copy(packet.header());
      MemorySegment ciphertext = call.copy(packet.ciphertext());
      guest.issueForRegisters(call, SevCommand.RECEIVE_UPDATE_VMSA, vcpu, header, ciphertext);
    }
  }

  /** RECEIVE_FINISH: the guest may run. */
  public void finish() throws VmmException {
    guest.issue(SevCommand.RECEIVE_FINISH);
  }
}
