package dev.sealift.migration;

import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.handover.SourceHandOver;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does for a source what the rules of the hand-over ask for. */
final class SourceHands implements SourceHandOver.Hands {
  private final @Nullable LeavingGuest guest;
  private final OwnedGuest owned;
  private final SourceLink link;
  private final MoveListener listener;
  private @Nullable Supplier<Message> prepare;
  private @Nullable Supplier<Message> commit;
  private @Nullable MigrationException failure;
  private Ownership.@Nullable Answer granted;

  /**
   * Hands for one move.
   *
   * @param guest null where it is no longer on this host
   * @param owned whose it is
   */
  SourceHands(
      @Nullable LeavingGuest guest, OwnedGuest owned, SourceLink link, MoveListener listener) {
    this.guest = guest;
    this.owned = owned;
    this.link = link;
    this.listener = listener;
  }

  /** What PREPARE says, once it is to be said. */
  void prepare(Supplier<Message> message) {
    prepare = message;
  }

  /** What COMMIT says, whenever it is said. */
  void commit(Supplier<Message> message) {
    commit = message;
  }

  /** Why the move ends; told to the destination with ABORT. The first reason counts. */
  void because(MigrationException why) {
    if (failure == null) {
      failure = why;
    }
  }

  /** Why the move ended, if it did. */
  @Nullable MigrationException failure() {
    return failure;
  }

  @Override
  public boolean finish() {
    if (guest == null) {
      return true;
    }
    try {
      checkOwned();
    } catch (MigrationException notOurs) {
      because(notOurs);
      return false;
    }
    boolean sent = guest.finish();
    MigrationException refusal = guest.refusal();
    if (!sent && refusal != null) {
      because(refusal);
    }
    return sent;
  }

  /** This is the last moment at which the guest can stay. */
  private void checkOwned() throws MigrationException {
    String peer = link.peer();
    if (owned.hasRegistry() && peer != null) {
      owned.checkMayGo(new KeyFingerprint(peer));
    }
  }

  @Override
  public Ownership.Answer grant() {
    Ownership.@Nullable Answer before = granted;
    Ownership.Answer now = owned.grant(link.peer());
    granted = now;
    if (now != before) {
      switch (now) {
        case YES -> {}
        case UNKNOWN ->
            listener.warning("the guest stands still: " + Objects.requireNonNull(unowned()));
        case NO -> listener.warning(Objects.requireNonNull(unowned()));
      }
    }
    return now;
  }

  /** Whether the registry is to be asked again to make the destination the guest's owner. */
  boolean awaitsGrant() {
    return granted == Ownership.Answer.UNKNOWN;
  }

  /** Whether the guest is neither this host's nor the destination's. */
  boolean isDisowned() {
    return granted == Ownership.Answer.NO;
  }

  /** Why the destination does not own the guest, in a sentence; null if it does. */
  @Nullable String unowned() {
    if (isDisowned()) {
      return "the guest is finished here, and the registry says that it is neither this host's nor the destination's: it runs at neither before a person has looked (sealift fleet status)";
    }
    return awaitsGrant()
        ? "the registry has not answered that the guest is the destination's, and is asked again"
        : null;
  }

  @Override
  public void comeBack() {
    if (guest != null) {
      guest.comeBack();
    }
  }

  @Override
  public void sayPrepare() {
    say(prepare);
  }

  @Override
  public void sayCommit() {
    say(commit);
  }

  private void say(@Nullable Supplier<Message> message) {
    if (message != null) {
      link.say(message.get());
    }
  }

  @Override
  public void sayAbort() {
    MigrationException why =
        failure == null
            ? new MigrationException(FailureCode.CANCELLED, "the guest stays at its source")
            : failure;
    if (!why.fromPeer()) {
      link.say(why.toAbort());
    }
  }

  @Override
  public void connect() {
    // Whoever settles the move makes a connection where there is none.
  }

  @Override
  public void discard() {
    // The guest is its owner's to close: a mover only says how the move ended.
  }

  @Override
  public Map<Detail, String> details() {
    Map<Detail, String> details = new EnumMap<>(Detail.class);
    String name = owned.name();
    if (name != null && owned.hasRegistry()) {
      details.put(Detail.NAME, name);
    }
    if (guest != null) {
      details.put(Detail.RAN, Boolean.toString(guest.ran()));
      guest.guest().keptAs().ifPresent(kept -> details.put(Detail.GUEST, kept));
    }
    details.put(Detail.ADDRESS, link.address().getHostString());
    details.put(Detail.PORT, Integer.toString(link.address().getPort()));
    if (link.peer() != null) {
      details.put(Detail.PEER, link.peer());
    }
    return details;
  }

  @Override
  public void taken(SourceStep step) {
    listener.step(step);
  }

  @Override
  public void unwritten(SourceStep step, IOException why) {
    var failed =
        new MigrationException(
            FailureCode.JOURNAL_FAILED,
            "the step %s could not be written to the journal: %s".formatted(step, why.getMessage()),
            why);
    because(failed);
    if (!step.mayRunHere() || step.isLast()) {
      listener.warning(failed.sentence());
    }
  }
}
