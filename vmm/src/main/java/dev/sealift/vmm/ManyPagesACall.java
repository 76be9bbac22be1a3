package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/** As a kernel with {@link SevExtension} does it: up to 1024 pages in a call. */
final class ManyPagesACall implements PageCalls {
  private final SevGuest guest;
  private final SevExtension command;

  ManyPagesACall(SevGuest guest, SevExtension command) {
    this.guest = guest;
    this.command = command;
  }

  @Override
  public void update(PageBatch batch) throws VmmException {
    for (int first = 0; first < batch.count(); first += pagesPerCall()) {
      update(batch, first, Math.min(pagesPerCall(), batch.count() - first));
    }
  }

  private void update(PageBatch batch, int first, int count) throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment addresses = call.take(count * KvmSevUpdateDataBatch.ADDRESS.byteSize());
      for (int i = 0; i < count; i++) {
        long address = guest.memory().userAddress(batch.guestAddress(first + i), Pages.SIZE);
        addresses.setAtIndex(KvmSevUpdateDataBatch.ADDRESS, i, address);
      }
      MemorySegment params = call.take(KvmSevUpdateDataBatch.LAYOUT.size());
      new KvmSevUpdateDataBatch(
              addresses.address(),
              count,
              0,
              batch.header(first).address(),
              SevLimits.PACKET_HEADER,
              Pages.SIZE,
              batch.ciphertext(first).address(),
              Pages.SIZE)
          .write(params);
      SevGuest.Answer answer = guest.ask(call, command.name(), command.id(), count, params);
      long done = KvmSevUpdateDataBatch.read(params).done();
      if (answer.refused() || done != count) {
        int failed = first + (int) Math.min(done, count - 1);
        throw failure(answer, batch.guestAddress(failed), done, count).onPage(batch.gfns()[failed]);
      }
    }
  }

  private VmmException failure(SevGuest.Answer answer, long guestAddress, long done, int count) {
    String name = command.name();
    return answer.refused()
        ? guest.failure(name, SevGuest.page(guestAddress), answer)
        : new VmmException(
            "KVM_SEV_" + name,
            "The kernel says it did %d pages of %d, yet calls that a success: do them one a call."
                .formatted(done, count));
  }

  @Override
  public int pagesPerCall() {
    return KvmSevUpdateDataBatch.MAXIMUM_COUNT;
  }
}
