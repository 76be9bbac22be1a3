package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.LabHost;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLSocket;

/** A message that says it is larger than any. */
public final class HugeFrame implements Attack {
  private static final int PAGE_STATUS = 8;

  private static final Card CARD =
      new Card(
          "huge-frame",
          Attacker.PEER,
          "as the source, announces a message of 4 GiB, for memory to be taken",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Guest guest = lab.destination().create(LabHost.configuration(0))) {
      byte[] pdh = lab.source().chain().pdh().bytes();
      try {
        guest.sev().receiveStart(0, pdh, new byte[1 << 20]);
        return Outcome.notPrevented("RECEIVE_START took a session of 1 MiB");
      } catch (VmmException refused) {
        return Outcome.held("Linux copies no blob beyond 16 KiB for the firmware");
      }
    }
  }

  /** The frame's header is read as it comes; the answer comes before any body. */
  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Passage passage = Passage.open(lab);
        SSLSocket source =
            (SSLSocket)
                lab.source()
                    .identity()
                    .getSocketFactory()
                    .createSocket(passage.address().getAddress(), passage.address().getPort())) {
      source.setEnabledProtocols(new String[] {"TLSv1.3"});
      byte[] header =
          ByteBuffer.allocate(8)
              .putShort((short) PAGE_STATUS)
              .putShort((short) 0)
              .putInt(-1)
              .array();
      source.getOutputStream().write(header);
      source.shutdownOutput();
      byte[] answer = source.getInputStream().readAllBytes();
      int abort = 14;
      boolean aborted = answer.length >= 10 && ByteBuffer.wrap(answer).getShort() == abort;
      FailureCode code = FailureCode.of(aborted ? ByteBuffer.wrap(answer).getShort(8) : 0);
      return code == FailureCode.MALFORMED
          ? Outcome.detected(
              code, "the destination answered ABORT before it took memory for a body")
          : Outcome.notPrevented("the destination did not refuse the message");
    }
  }
}
