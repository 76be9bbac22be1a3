package dev.sealift.migration;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.handover.Copy;
import dev.sealift.migration.handover.HandOverJournal;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.handover.SourceHandOver;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.Message;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The host that a guest leaves: sends the guest's memory round by round while the guest runs, then
 * pauses it, sends the rest and hands it over (its package {@code handover}).
 */
public final class MigrationSource {
  private final SourceHost host;

  public MigrationSource(SourceHost host) {
    this.host = host;
  }

  /**
   * Moves a guest. Returns when the guest runs at the destination, or again here, or when only the
   * destination may run it; every failure is an outcome. After {@link MoveOutcome.Moved} and {@link
   * MoveOutcome.HandedOver} the guest can never run here again and is the caller's to close.
   *
   * <p>Interrupting the calling thread calls the move off, unless the guest is past the point of no
   * return.
   *
   * @param guest runs here; no other move of it may be under way
   * @param destination where a {@link MigrationDestination} listens, by the name or address that
   *     its TLS certificate is for
   */
  public MoveOutcome move(
      Guest guest, InetSocketAddress destination, MoveOptions options, MoveListener listener) {
    return move(guest, destination, options, listener, new MoveControl());
  }

  /**
   * The same with a hand on it.
   *
   * @param control of this move and no other
   */
  public MoveOutcome move(
      Guest guest,
      InetSocketAddress destination,
      MoveOptions options,
      MoveListener listener,
      MoveControl control) {
    return new SourceMove(host, guest, destination, options, listener, control, false).run();
  }

  /**
   * Does everything of a move up to its first page, and then ends it: both hosts hold each other
   * against their lists and policies, the destination makes the guest, both platforms open the
   * session, the data connections are there. The guest runs on all the while, and nothing is left
   * of it at the destination.
   *
   * @return the guest stayed: with {@link dev.sealift.migration.wire.FailureCode#DRY_RUN} if
   *     nothing stood in its way, else with what did
   */
  public MoveOutcome.StayedAtSource rehearse(
      Guest guest,
      InetSocketAddress destination,
      MoveOptions options,
      MoveListener listener,
      MoveControl control) {
    return switch (new SourceMove(host, guest, destination, options, listener, control, true)
        .run()) {
      case MoveOutcome.StayedAtSource stayed -> stayed;
      case MoveOutcome.Moved _, MoveOutcome.HandedOver _ ->
          throw new IllegalStateException("a dry run moved the guest");
    };
  }

  /**
   * Takes up a move that this host's journal knows of and that is not over: after a restart, or
   * when the destination did not answer before. A guest that was not finished runs on here; one
   * that was is the destination's, which is told until it answers or the limit of the options has
   * passed.
   *
   * @param entry the move's last step, {@linkplain HandOverJournal#moves as the journal has it}
   * @param guest the guest, standing still; null where this host no longer has it
   * @throws VmmException if the guest cannot be asked
   * @throws IllegalStateException if journal and Secure Processor contradict each other: nothing
   *     was done, and the guest must not run before a person has looked
   */
  public Recovery recover(
      JournalEntry entry, @Nullable Guest guest, MoveOptions options, MoveListener listener)
      throws VmmException {
    if (!(entry.step() instanceof SourceStep step)) {
      throw new IllegalArgumentException(entry.step().label() + " is no source's step");
    }
    Map<Detail, String> details = entry.details();
    var address =
        new InetSocketAddress(
            details.getOrDefault(Detail.ADDRESS, "localhost"),
            Integer.parseInt(details.getOrDefault(Detail.PORT, "0")));
    Copy copy = Copy.ABSENT;
    LeavingGuest leaving = null;
    if (guest != null) {
      GuestState state = guest.sev().status().state();
      copy = state == GuestState.SENT ? Copy.SENT : Copy.RUNNABLE;
      boolean ran = !"false".equals(details.get(Detail.RAN));
      leaving = new LeavingGuest(guest, ran);
      if (state == GuestState.SUPDATE) {
        leaving.started(guest.sev().sending());
      }
    }
    long time = entry.time().toEpochMilli();
    try (var link = new SourceLink(host, address, options.timeout(), details.get(Detail.PEER))) {
      String name = guest == null ? details.get(Detail.NAME) : guest.configuration().name();
      var owned = new OwnedGuest(host.ownership(), name);
      var hands = new SourceHands(leaving, owned, link, listener);
      hands.commit(() -> new Message.Commit(time, time, time));
      SourceHandOver handOver =
          SourceHandOver.recover(host.journal(), entry.move(), step, copy, hands);
      var settlement = new Settlement(handOver, hands, link, options.resumeLimit());
      settlement.run();
      if (settlement.wasInterrupted()) {
        Thread.currentThread().interrupt();
      }
      return new Recovery(entry.move(), step, handOver.step(), settlement.obstacle());
    }
  }
}
