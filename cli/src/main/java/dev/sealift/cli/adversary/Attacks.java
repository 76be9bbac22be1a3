package dev.sealift.cli.adversary;

import dev.sealift.cli.adversary.hypervisor.AfterFinish;
import dev.sealift.cli.adversary.hypervisor.LyingDirtyLog;
import dev.sealift.cli.adversary.hypervisor.MovedCiphertext;
import dev.sealift.cli.adversary.hypervisor.PrivateAsShared;
import dev.sealift.cli.adversary.hypervisor.RunAfterFinish;
import dev.sealift.cli.adversary.hypervisor.SecondSendStart;
import dev.sealift.cli.adversary.hypervisor.SharedAsPrivate;
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
import dev.sealift.cli.adversary.peer.BorrowedCredentials;
import dev.sealift.cli.adversary.peer.ClonedSession;
import dev.sealift.cli.adversary.peer.DiscardedGuest;
import dev.sealift.cli.adversary.peer.DishonestPages;
import dev.sealift.cli.adversary.peer.EarlyRunning;
import dev.sealift.cli.adversary.peer.ExtractedCek;
import dev.sealift.cli.adversary.peer.ForbiddenGuest;
import dev.sealift.cli.adversary.peer.ForgedPlatform;
import dev.sealift.cli.adversary.peer.HugeFrame;
import dev.sealift.cli.adversary.peer.HugeGuest;
import dev.sealift.cli.adversary.peer.KeptGuest;
import dev.sealift.cli.adversary.peer.LyingStanding;
import dev.sealift.cli.adversary.peer.MadeSource;
import dev.sealift.cli.adversary.peer.ManyMoves;
import dev.sealift.cli.adversary.peer.MissingPage;
import dev.sealift.cli.adversary.peer.OldPageStatus;
import dev.sealift.cli.adversary.peer.OlderApi;
import dev.sealift.cli.adversary.peer.OlderFirmware;
import dev.sealift.cli.adversary.peer.OlderProtocol;
import dev.sealift.cli.adversary.peer.OtherManifest;
import dev.sealift.cli.adversary.peer.OtherOwner;
import dev.sealift.cli.adversary.peer.ResumedAfterEnd;
import dev.sealift.cli.adversary.peer.ResumedByAnother;
import dev.sealift.cli.adversary.peer.ReusedMoveId;
import dev.sealift.cli.adversary.peer.SilentDestination;
import dev.sealift.cli.adversary.peer.StolenGuest;
import dev.sealift.cli.adversary.peer.TwoDestinations;
import dev.sealift.cli.adversary.peer.UnpreparedCommit;
import dev.sealift.cli.adversary.peer.WeakenedPolicy;
import dev.sealift.cli.adversary.peer.WrongManifest;
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
          new Strangers(),
          new ForgedPlatform(ForgedPlatform.Forgery.UNSIGNED),
          new ForgedPlatform(ForgedPlatform.Forgery.FOREIGN_CEK),
          new ForgedPlatform(ForgedPlatform.Forgery.OWN_ROOT),
          new ExtractedCek(),
          new OlderApi(),
          new OlderFirmware(OlderFirmware.Claim.TRUE),
          new OlderFirmware(OlderFirmware.Claim.FALSE),
          new OtherOwner(),
          new OlderProtocol(),
          new SilentDestination(SilentDestination.Silence.AFTER_GUEST),
          new SilentDestination(SilentDestination.Silence.AFTER_READY),
          new SilentDestination(SilentDestination.Silence.AFTER_PREPARE),
          new EarlyRunning(),
          new OtherManifest(),
          new DiscardedGuest(),
          new StolenGuest(),
          new MadeSource(),
          new BorrowedCredentials(),
          new ForbiddenGuest(),
          new WeakenedPolicy(),
          new MissingPage(),
          new OldPageStatus(),
          new WrongManifest(),
          new UnpreparedCommit(),
          new ReusedMoveId(),
          new ResumedByAnother(),
          new ResumedAfterEnd(),
          new LyingStanding(LyingStanding.Lie.RUNNING),
          new LyingStanding(LyingStanding.Lie.PREPARED),
          new LyingStanding(LyingStanding.Lie.FARTHER),
          new HugeFrame(),
          new HugeGuest(),
          new ManyMoves(),
          new DishonestPages(DishonestPages.Deed.STALE),
          new DishonestPages(DishonestPages.Deed.SWAPPED),
          new DishonestPages(DishonestPages.Deed.SKIPPED),
          new KeptGuest(),
          new ClonedSession(),
          new TwoDestinations(),
          new LyingDirtyLog(),
          new PrivateAsShared(),
          new SharedAsPrivate(),
          new MovedCiphertext(MovedCiphertext.Deed.SWAP),
          new MovedCiphertext(MovedCiphertext.Deed.ROLL_BACK),
          new SecondSendStart(),
          new AfterFinish(AfterFinish.Deed.SEND_AGAIN),
          new AfterFinish(AfterFinish.Deed.CANCEL),
          new RunAfterFinish());

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
