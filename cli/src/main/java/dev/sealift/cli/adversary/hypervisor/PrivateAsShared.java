package dev.sealift.cli.adversary.hypervisor;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.vmm.GuestMemory;
import java.lang.foreign.ValueLayout;

/** A private page that is announced as shared, so that it goes as it is. */
public final class PrivateAsShared implements Attack {
  private static final Card CARD =
      new Card(
          "private-as-shared",
          Attacker.HYPERVISOR,
          "announces a private page as shared, for the source to send what is in it as it is",
          Verdict.HELD,
          Verdict.HELD);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch()) {
      return Witness.isSecretIn(content(guest.guest().memory()))
          ? Outcome.notPrevented("the host reads the secret in memory")
          : Outcome.held("what the host reads in memory is ciphertext under the guest's key");
    }
  }

  /** What arrives in the shared page is what lay in the source's memory, and no more. */
  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      guest.guest().pageStatus().setShared(Witness.PAGE, 1);
      MoveOutcome outcome = passage.move(guest, lab.source().policy());
      if (!(outcome instanceof MoveOutcome.Moved)) {
        return Passage.stayed(guest, outcome);
      }
      try (Witness arrived = passage.arrived()) {
        return Witness.isSecretIn(content(arrived.guest().memory()))
            ? Outcome.notPrevented("the secret went over in the clear")
            : Outcome.held(
                "what went over in the clear is ciphertext under the guest's key; the guest sees %s in the page, which its host can always destroy"
                    .formatted(Passage.version(arrived.read(Witness.PAGE))));
      }
    }
  }

  private static byte[] content(GuestMemory memory) {
    return memory.page(Witness.PAGE).toArray(ValueLayout.JAVA_BYTE);
  }
}
