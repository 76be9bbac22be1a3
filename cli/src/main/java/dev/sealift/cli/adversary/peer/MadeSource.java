package dev.sealift.cli.adversary.peer;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Answers;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.LabHost;
import dev.sealift.cli.adversary.lab.MadePlatform;
import dev.sealift.cli.adversary.lab.Refusal;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.vmm.Guest;

/** A source whose platform is none. */
public final class MadeSource implements Attack {
  private static final Card CARD =
      new Card(
          "made-source",
          Attacker.PEER,
          "as the source, offers a guest from a platform that exists on paper only",
          Verdict.NOT_PREVENTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  private static MadePlatform make(Lab lab) throws Exception {
    return MadePlatform.create(lab.random(), cek -> cek, lab.root().ask(), lab.root().ark());
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    MadePlatform made = make(lab);
    GuestPolicy policy = GuestPolicy.of(GuestPolicy.Flag.SEV, GuestPolicy.Flag.DOMAIN);
    byte[] session = made.sessionFor(lab.destination(), policy);
    try (Guest guest = lab.destination().create(LabHost.configuration(policy.word()))) {
      FirmwareStatus refused =
          Refusal.of(
              () -> guest.sev().receiveStart(policy.word(), made.chain().pdh().bytes(), session));
      return refused == null
          ? Outcome.notPrevented(
              "RECEIVE_START took it, though the policy says SEV and DOMAIN: it looks at no chain")
          : Outcome.detected(refused, "RECEIVE_START refused it");
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    MadePlatform made = make(lab);
    byte[] session = made.sessionFor(lab.destination(), GuestPolicy.of());
    return Answers.to(
        lab,
        source -> {
          source.greet();
          source.offer(LabHost.configuration(0).encode(), 0, made.credentials(), session);
          source.openData();
        });
  }
}
