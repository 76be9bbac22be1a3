package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.trust.FirmwareVersion;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.Message;
import java.util.concurrent.CompletableFuture;

/** A true platform with a build of the firmware that has a known hole. */
public final class OlderFirmware implements Attack {

  /** Whether the host is honest about its build. */
  public enum Claim {
    TRUE,
    FALSE
  }

  private final Claim claim;

  public OlderFirmware(Claim claim) {
    this.claim = claim;
  }

  @Override
  public Card card() {
    return switch (claim) {
      case TRUE ->
          new Card(
              "older-firmware",
              Attacker.PEER,
              "as the destination, runs an older build of the firmware than the source asks for",
              Verdict.NOT_PREVENTED,
              Verdict.DETECTED);
      case FALSE ->
          new Card(
              "claimed-firmware",
              Attacker.PEER,
              "the same, and says that its build is the newest",
              Verdict.NOT_PREVENTED,
              Verdict.NOT_PREVENTED,
              "no SEV certificate carries the build: it is the peer's word; SEV-SNP derives the"
                  + " chip's key from it (VCEK), and chips that are known to be patched can be"
                  + " listed");
    };
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      Outcome arrived = move.finishAndLook();
      return arrived.verdict() == Verdict.HELD
          ? Outcome.notPrevented("the guest arrived: no command asks for a build")
          : arrived;
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    PlatformCredentials honest = lab.destination().credentials();
    FirmwareVersion newest = new FirmwareVersion(Lab.API, 255);
    MovePolicy asks = lab.source().policy().withMinimumFirmware(newest);
    PlatformCredentials shown =
        claim == Claim.TRUE
            ? honest
            : new PlatformCredentials(honest.chipId(), newest, honest.chain());
    CompletableFuture<Message.Guest> offered = new CompletableFuture<>();
    try (Witness guest = lab.launch();
        HostileDestination hostile =
            HostileDestination.listen(
                lab,
                source -> {
                  source.welcome(shown);
                  offered.complete(source.guest());
                  source.control().close();
                })) {
      MoveOutcome outcome = Passage.move(lab, guest, hostile.address(), asks);
      return offered.isDone()
          ? Outcome.notPrevented("the source believed it and offered the guest")
          : Passage.stayed(guest, outcome);
    }
  }
}
