package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Answers;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.Protocol;

/** A peer that speaks only versions in which less was proved. */
public final class OlderProtocol implements Attack {
  private static final Card CARD =
      new Card(
          "older-protocol",
          Attacker.PEER,
          "at either end, speaks only older versions of the protocol, in which less is proved",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("SEV has no protocol between hosts, and so no versions of one");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    Outcome last = Outcome.held("there is no older version");
    for (int version = 1; version < Protocol.LOWEST_VERSION; version++) {
      int older = version;
      last = asDestination(lab, older);
      if (last.verdict() != Verdict.DETECTED) {
        return last;
      }
      last =
          Answers.to(
              lab,
              source -> {
                source.control().send(new Message.Hello(older, older, true));
                source.control().expect(Message.Welcome.class);
              });
      if (last.verdict() != Verdict.DETECTED) {
        return last;
      }
    }
    return last;
  }

  private static Outcome asDestination(Lab lab, int version) throws Exception {
    try (Witness guest = lab.launch();
        HostileDestination hostile =
            HostileDestination.listen(
                lab,
                source -> {
                  source.control().expect(Message.Hello.class);
                  source
                      .control()
                      .send(
                          new Message.Welcome(
                              version, true, 1, lab.destination().credentials().encode()));
                })) {
      return Passage.stayed(guest, Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT));
    }
  }
}
