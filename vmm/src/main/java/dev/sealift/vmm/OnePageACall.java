package dev.sealift.vmm;

import java.lang.foreign.MemorySegment;

/** As every kernel with SEV does it: SEND_UPDATE_DATA or RECEIVE_UPDATE_DATA for each page. */
final class OnePageACall implements PageCalls {

  /** The command for one page. */
  interface Command {
    void run(long guestAddress, MemorySegment header, MemorySegment ciphertext) throws VmmException;
  }

  private final Command command;

  OnePageACall(Command command) {
    this.command = command;
  }

  @Override
  public void update(PageBatch batch) throws VmmException {
    for (int i = 0; i < batch.count(); i++) {
      try {
        command.run(batch.guestAddress(i), batch.header(i), batch.ciphertext(i));
      } catch (VmmException refused) {
        throw refused.onPage(batch.gfns()[i]);
      }
    }
  }

  @Override
  public int pagesPerCall() {
    return 1;
  }
}
