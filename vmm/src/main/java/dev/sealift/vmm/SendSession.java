package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** A guest that is being sent: it runs on, and any private page can be sealed any time. */
public final class SendSession {
  private final SevGuest guest;
  private final int policy;
  private final byte @Nullable [] session;

  /**
   * @param session what the firmware gave when it began; null if that is not known any longer
   */
  SendSession(SevGuest guest, int policy, byte @Nullable [] session) {
    this.guest = guest;
    this.policy = policy;
    this.session = session;
  }

  /**
   * What the receiving platform needs to open the packets, 128 bytes.
   *
   * @throws IllegalStateException if the session was taken up from another VMM ({@link
   *     SevGuest#sending}): the firmware gives this once
   */
  public byte[] session() {
    if (session == null) {
      throw new IllegalStateException("the session was begun by another VMM, which had its keys");
    }
    return session.clone();
  }

  /** The guest policy word. */
  public int policy() {
    return policy;
  }

  /**
   * SEND_UPDATE_DATA: seals one private page. May be called from several threads.
   *
   * @param guestAddress guest physical address of the page
   * @param header where the 52-byte packet header goes, in memory of a {@link CallArena}
   * @param ciphertext where the 4096 bytes of ciphertext go, in memory of a {@link CallArena}
   */
  public void updateData(long guestAddress, MemorySegment header, MemorySegment ciphertext)
      throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment params = call.take(KvmSevSendUpdateData.LAYOUT.size());
      new KvmSevSendUpdateData(
              header.asSlice(0, SevLimits.PACKET_HEADER).address(),
              SevLimits.PACKET_HEADER,
              guest.memory().userAddress(guestAddress, Pages.SIZE),
              Pages.SIZE,
              ciphertext.asSlice(0, Pages.SIZE).address(),
              Pages.SIZE)
          .write(params);
      guest.issueForPage(call, SevCommand.SEND_UPDATE_DATA, guestAddress, params);
    }
  }

  /** The way to seal many private pages: many a call where the kernel has that, else one. */
  public PageCalls pageCalls() throws VmmException {
    return guest.offers(SevExtension.SEND_UPDATE_DATA_BATCH)
        ? new ManyPagesACall(guest, SevExtension.SEND_UPDATE_DATA_BATCH)
        : onePageACall();
  }

  /** The way to seal many private pages with {@link #updateData}, whatever else the kernel has. */
  public PageCalls onePageACall() {
    return new OnePageACall(this::updateData);
  }

  /**
   * SEND_UPDATE_VMSA: seals the registers of a vCPU of a guest with SEV-ES. Only a kernel with
   * {@link SevGuest#offersVmsaPackets} does it; the guest must stand still, or what is sealed is
   * what it left behind the last time.
   *
   * @param vcpu the vCPU's id
   */
  public VmsaPacket updateVmsa(int vcpu) throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment header = call.take(SevLimits.PACKET_HEADER);
      MemorySegment ciphertext = call.take(Pages.SIZE);
      guest.issueForRegisters(call, SevCommand.SEND_UPDATE_VMSA, vcpu, header, ciphertext);
      return new VmsaPacket(
          header.toArray(ValueLayout.JAVA_BYTE), ciphertext.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /** SEND_FINISH, the point of no return: the guest never runs on this platform again. */
  public void finish() throws VmmException {
    guest.issue(SevCommand.SEND_FINISH);
  }

  /** SEND_CANCEL: the guest stays. */
  public void cancel() throws VmmException {
    guest.issue(SevCommand.SEND_CANCEL);
  }
}
