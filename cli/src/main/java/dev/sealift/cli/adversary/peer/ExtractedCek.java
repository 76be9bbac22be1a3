package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.MadePlatform;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A platform made with the CEK of a true chip that was broken open. */
public final class ExtractedCek implements Attack {
  private static final Card CARD =
      new Card(
          "extracted-cek",
          Attacker.PEER,
          "as the destination, shows a platform made on paper with the key of one broken chip",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "its chain is as good as any; a policy that lists chips or owners refuses it, which the"
              + " attack tries, too");

  @Override
  public Card card() {
    return CARD;
  }

  private static MadePlatform make(Lab lab) throws Exception {
    return MadePlatform.create(lab.random(), lab.root()::sign, lab.root().ask(), lab.root().ark());
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch(GuestPolicy.of(GuestPolicy.Flag.SEV))) {
      return make(lab).lure(lab, guest);
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    MadePlatform made = make(lab);
    CompletableFuture<byte[]> session = new CompletableFuture<>();
    CompletableFuture<List<Packet>> taken = new CompletableFuture<>();
    try (Witness guest = lab.launch();
        HostileDestination hostile =
            HostileDestination.listen(
                lab,
                source -> {
                  source.welcome(made.credentials());
                  Message.Guest offer = source.guest();
                  session.complete(offer.session());
                  taken.complete(source.take(offer, new Manifest(1)).packets());
                  source.control().close();
                })) {
      MovePolicy listed =
          lab.source().policy().withChip(lab.destination().chain().cek().keyFingerprint());
      Outcome refused = Passage.stayed(guest, Passage.move(lab, guest, hostile.address(), listed));
      if (refused.verdict() != Verdict.DETECTED || session.isDone()) {
        return Outcome.notPrevented("even a policy that lists chips took the platform");
      }
      Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT);
      if (!taken.isDone()) {
        return Outcome.held("the source did not send a page");
      }
      Packet page =
          taken.get().stream()
              .filter(packet -> packet.gfn() == Witness.PAGE)
              .findFirst()
              .orElseThrow();
      boolean reads = made.reads(page, session.get(), lab.source(), GuestPolicy.of());
      return reads
          ? Outcome.notPrevented(
              "the source took the platform, and its maker reads the guest's secret; with the"
                  + " destination's chip listed it was refused (%s)".formatted(refused.code()))
          : Outcome.held("the platform's maker cannot read the packets");
    }
  }
}
