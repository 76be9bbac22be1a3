package dev.sealift.cli.adversary.hypervisor;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.vmm.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeoutException;

/** A hypervisor that writes to the ciphertext in memory, before or while the guest is sent. */
public final class MovedCiphertext implements Attack {

  /** What it writes where. */
  public enum Deed {
    SWAP("swap-in-memory", "exchanges the ciphertext of two pages in the source's memory") {
      @Override
      void happen(Witness guest) {
        GuestMemory memory = guest.guest().memory();
        byte[] page = content(memory, Witness.PAGE);
        byte[] other = content(memory, Witness.OTHER_PAGE);
        put(memory, Witness.PAGE, other);
        put(memory, Witness.OTHER_PAGE, page);
      }
    },
    ROLL_BACK("roll-back-in-memory", "puts old ciphertext of a page back in the source's memory") {
      @Override
      void happen(Witness guest) throws TimeoutException, InterruptedException {
        GuestMemory memory = guest.guest().memory();
        byte[] old = content(memory, Witness.PAGE);
        guest.write(Witness.PAGE, 2);
        put(memory, Witness.PAGE, old);
      }
    };

    private final String word;
    private final String deed;

    Deed(String word, String deed) {
      this.word = word;
      this.deed = deed;
    }

    abstract void happen(Witness guest) throws TimeoutException, InterruptedException;

    private static byte[] content(GuestMemory memory, long page) {
      return memory.page(page).toArray(ValueLayout.JAVA_BYTE);
    }

    private static void put(GuestMemory memory, long page, byte[] content) {
      memory.page(page).copyFrom(MemorySegment.ofArray(content));
    }
  }

  private final Deed deed;

  public MovedCiphertext(Deed deed) {
    this.deed = deed;
  }

  @Override
  public Card card() {
    return new Card(
        deed.word,
        Attacker.HYPERVISOR,
        deed.deed,
        Verdict.NOT_PREVENTED,
        Verdict.NOT_PREVENTED,
        "SEV and SEV-ES encrypt memory and do not authenticate it, with or without a move; SEV-SNP"
            + " lets no host write to a guest's pages");
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      deed.happen(guest);
      move.passAll();
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      deed.happen(guest);
      return passage.judge(guest, passage.move(guest, lab.source().policy()));
    }
  }
}
