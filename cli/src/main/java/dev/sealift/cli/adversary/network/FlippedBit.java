package dev.sealift.cli.adversary.network;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Link;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Refusal;
import dev.sealift.cli.adversary.lab.TamperedMove;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** One bit that is not as it was sent. */
public final class FlippedBit implements Attack {

  /** Where the bit is. */
  public enum Part {
    CIPHERTEXT("ciphertext") {
      @Override
      Packet flip(Packet packet) {
        return packet.withCiphertextBit(1000);
      }

      @Override
      int offset(byte[] batch) {
        return Link.ciphertextOffset(batch, 0) + 1000;
      }
    },
    HEADER("header") {
      @Override
      Packet flip(Packet packet) {
        return packet.withHeaderBit(Packet.MAC_OFFSET);
      }

      @Override
      int offset(byte[] batch) {
        return Link.sealedPageOffset(0) + Long.BYTES + Packet.MAC_OFFSET;
      }
    },
    IV("iv") {
      @Override
      Packet flip(Packet packet) {
        return packet.withHeaderBit(Packet.IV_OFFSET);
      }

      @Override
      int offset(byte[] batch) {
        return Link.sealedPageOffset(0) + Long.BYTES + Packet.IV_OFFSET;
      }
    },
    ADDRESS("address") {
      // SEV's packet knows no address: whoever gives it to the firmware says which page it is.
      @Override
      Packet flip(Packet packet) {
        return packet.to(packet.gfn() ^ 1);
      }

      @Override
      int offset(byte[] batch) {
        return Link.sealedPageOffset(0) + Long.BYTES - 1;
      }
    };

    private final String word;

    Part(String word) {
      this.word = word;
    }

    abstract Packet flip(Packet packet);

    /** Of a byte of the part that belongs to a batch's first page. */
    abstract int offset(byte[] batch);
  }

  private final Part part;

  public FlippedBit(Part part) {
    this.part = part;
  }

  @Override
  public Card card() {
    return new Card(
        "flip-" + part.word,
        Attacker.NETWORK,
        "flips one bit of the %s of a packet".formatted(part.word),
        part == Part.ADDRESS ? Verdict.NOT_PREVENTED : Verdict.DETECTED,
        Verdict.DETECTED);
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      Packet flipped = part.flip(move.seal(Witness.OTHER_PAGE));
      FirmwareStatus refused = Refusal.of(() -> move.give(flipped));
      return refused == null
          ? move.finishAndLook()
          : Outcome.detected(
              refused, "RECEIVE_UPDATE_DATA refused the packet: its MAC does not hold");
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    return TamperedMove.run(
        lab,
        (connection, number, batch) -> {
          if (number == Passage.WITNESS_BATCH) {
            batch[part.offset(batch)] ^= 1;
          }
          return List.of(batch);
        });
  }
}
