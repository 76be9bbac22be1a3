package dev.sealift.cli.adversary;

import dev.sealift.cli.adversary.network.DroppedLastRound;
import dev.sealift.cli.adversary.network.DroppedPacket;
import dev.sealift.cli.adversary.network.Eavesdropper;
import dev.sealift.cli.adversary.network.FlippedBit;
import dev.sealift.cli.adversary.network.OtherConnection;
import dev.sealift.cli.adversary.network.OversizedBatch;
import dev.sealift.cli.adversary.network.ReorderedBatches;
import dev.sealift.cli.adversary.network.ReplayedBatch;
import dev.sealift.cli.adversary.network.ReplayedMove;
import dev.sealift.cli.adversary.network.SplicedMove;
import dev.sealift.cli.adversary.network.StalePage;
import dev.sealift.cli.adversary.network.Strangers;
import dev.sealift.cli.adversary.network.SwappedPages;
import dev.sealift.cli.adversary.network.SwappedPdh;
import java.util.List;
import java.util.Optional;

/** All attacks there are, grouped by attacker. */
public final class Attacks {
  private static final List<Attack> ALL =
      List.of(
          new Eavesdropper(),
          new ReplayedBatch(),
          new SwappedPages(),
          new DroppedPacket(),
          new DroppedLastRound(),
          new StalePage(),
          new ReorderedBatches(),
          new OtherConnection(),
          new SplicedMove(),
          new FlippedBit(FlippedBit.Part.CIPHERTEXT),
          new FlippedBit(FlippedBit.Part.HEADER),
          new FlippedBit(FlippedBit.Part.IV),
          new FlippedBit(FlippedBit.Part.ADDRESS),
          new OversizedBatch(),
          new ReplayedMove(),
          new SwappedPdh(),
          new Strangers());

  private Attacks() {}

  /** All of them, in the order in which they are listed. */
  public static List<Attack> all() {
    return ALL;
  }

  /** The attack of this name. */
  public static Optional<Attack> named(String name) {
    return ALL.stream().filter(attack -> attack.card().name().equals(name)).findFirst();
  }
}
