package dev.sealift.migration;

import dev.sealift.migration.handover.DestinationEvent;
import dev.sealift.migration.handover.DestinationHandOver;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Place;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One guest that comes here, from RECEIVE_START until it runs or nothing of it is left, on as many
 * connections as its source makes. It has a thread of its own.
 */
final class IncomingMove implements DestinationHandOver.Hands {
  /** How long a guest that could not be run is left alone before it is tried again. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** How long a source is quiet before a registry is asked. */
  private static final Duration QUIET = Duration.ofMillis(500);

  private static final String INCOMING = "incoming";

  private final MoveId move;
  private final String peer;
  private final ArrivingGuest guest;
  private final OwnedGuest owned;
  private final ArrivalListener arrivals;
  private final DestinationOptions options;
  private final LinkQueue links = new LinkQueue();
  private final @Nullable Reception reception;
  private volatile @Nullable ControlConnection control;
  private volatile boolean closing;
  private @Nullable DestinationHandOver handOver;
  private @Nullable MigrationException failure;
  private Message.@Nullable Commit commit;
  private Duration silence = Duration.ZERO;
  private Progress progress = Progress.NONE;
  private byte[] manifest;

  /**
   * A move that begins.
   *
   * @param peer the key of the source
   * @param ownership who knows whose the guest is
   * @param reception takes its pages in
   */
  IncomingMove(
      MoveId move,
      String peer,
      ArrivingGuest guest,
      Ownership ownership,
      Reception reception,
      ControlConnection control,
      DestinationOptions options,
      ArrivalListener arrivals) {
    this(move, peer, guest, ownership, reception, options, arrivals, new byte[0]);
    this.control = control;
  }

  private IncomingMove(
      MoveId move,
      String peer,
      ArrivingGuest guest,
      Ownership ownership,
      @Nullable Reception reception,
      DestinationOptions options,
      ArrivalListener arrivals,
      byte[] manifest) {
    this.move = move;
    this.peer = peer;
    this.guest = guest;
    this.owned = new OwnedGuest(ownership, guest.guest().configuration().name());
    this.reception = reception;
    this.options = options;
    this.arrivals = arrivals;
    this.manifest = manifest;
  }

  /** A move that a restarted host found in its journal, and whose guest it found again. */
  static IncomingMove recovered(
      JournalEntry entry,
      ArrivingGuest guest,
      Ownership ownership,
      DestinationOptions options,
      ArrivalListener arrivals) {
    return new IncomingMove(
        entry.move(),
        entry.details().getOrDefault(Detail.PEER, ""),
        guest,
        ownership,
        null,
        options,
        arrivals,
        HexFormat.of().parseHex(entry.details().getOrDefault(Detail.MANIFEST, "")));
  }

  /** The rules by which it goes. */
  void goBy(DestinationHandOver rules) {
    handOver = rules;
  }

  private DestinationHandOver handOver() {
    if (handOver == null) {
      throw new IllegalStateException("the move " + move + " has not begun");
    }
    return handOver;
  }

  /** Refuses to go on where the first step could not be written down. */
  void checkBegun() throws MigrationException {
    if (failure != null && handOver().step() == DestinationStep.TORN_DOWN) {
      throw failure;
    }
  }

  /** Ends a move of which nothing has come yet. */
  void abandon() {
    links.close();
    control = null;
    handOver().hear(DestinationEvent.Plain.FAILED);
  }

  MoveId move() {
    return move;
  }

  /** Whether the host with this key is the one that the guest comes from. */
  boolean isFrom(String key) {
    return peer.equals(key);
  }

  /** The source has a new connection; false if the move is over. */
  boolean offer(ControlConnection connection) {
    if (!links.offer(connection)) {
      return false;
    }
    breakLink("the source has a new connection");
    return true;
  }

  /** Ends the move, unless only its source knows how it ends. */
  void cancel() {
    closing = true;
    links.close();
    ControlConnection current = control;
    if (current != null && handOver().step() == DestinationStep.RECEIVING) {
      current.fail(
          new MigrationException(FailureCode.CANCELLED, "the destination stops taking guests"));
    }
  }

  private void breakLink(String why) {
    ControlConnection current = control;
    if (current != null) {
      current.fail(new MigrationException(FailureCode.LINK_LOST, why));
    }
  }

  /** Talks to the source until the guest runs here or nothing of it is left. */
  void run() {
    DestinationHandOver rules = handOver();
    GuestConfiguration what = guest.guest().configuration();
    new MoveBeginEvent(move.toString(), what.name(), INCOMING, "", what.memoryBytes()).commit();
    MoveEndEvent end = MoveEndEvent.begin(move.toString(), what.name(), INCOMING);
    try {
      go(rules);
    } finally {
      end.ended(rules.step(), failure);
    }
  }

  private void go(DestinationHandOver rules) {
    try {
      while (!rules.step().isLast()) {
        ControlConnection current = control;
        if (current != null) {
          converse(rules, current);
        } else if (!awaitLink(rules)) {
          leave(rules);
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      links.close();
      drop();
      if (reception != null) {
        reception.close();
      }
    }
  }

  private void converse(DestinationHandOver rules, ControlConnection current)
      throws InterruptedException {
    try {
      if (rules.step() == DestinationStep.RECEIVING) {
        receive(rules, current);
      } else {
        hear(rules, current);
      }
    } catch (VmmException refused) {
      fail(rules, Failures.of(refused));
    } catch (MigrationException failed) {
      fail(rules, current.explain(failed));
    } catch (OutOfMemoryError full) {
      fail(rules, Failures.of(full));
    }
  }

  private void receive(DestinationHandOver rules, ControlConnection current)
      throws VmmException, MigrationException, InterruptedException {
    if (reception == null) {
      throw new IllegalStateException("a move that was found again is not received");
    }
    reception.run(current);
    manifest = reception.manifest();
    rules.hear(DestinationEvent.Plain.WHOLE);
    reception.halt();
    tellRefused(rules);
  }

  private void hear(DestinationHandOver rules, ControlConnection current)
      throws MigrationException, InterruptedException {
    switch (next(current)) {
      case null -> ask(rules);
      case Message.Commit times -> {
        commit = times;
        rules.hear(DestinationEvent.Plain.COMMIT);
        if (rules.step() == DestinationStep.RUNNING) {
          arrived(current, times);
        } else {
          tellLost();
          tellUnowned(rules);
        }
      }
      case Message other -> throw ControlConnection.outOfTurn(other, "COMMIT or ABORT");
    }
  }

  /** Where there is a registry to ask, nobody waits longer for the source than that; then null. */
  private @Nullable Message next(ControlConnection current)
      throws MigrationException, InterruptedException {
    if (!owned.hasRegistry()) {
      return current.receive();
    }
    Message next = current.poll(QUIET);
    silence = next == null ? silence.plus(QUIET) : Duration.ZERO;
    if (silence.compareTo(options.timeout()) > 0) {
      silence = Duration.ZERO;
      throw new MigrationException(
          FailureCode.TIMED_OUT,
          "the source said nothing for %d ms".formatted(options.timeout().toMillis()));
    }
    return next;
  }

  /** The source is quiet, and perhaps gone: the registry may know that the guest is this host's. */
  private void ask(DestinationHandOver rules) {
    boolean wasLost = rules.step() == DestinationStep.LOST;
    rules.hear(wasLost ? DestinationEvent.Plain.RETRY : DestinationEvent.Plain.QUIET);
    ControlConnection current = control;
    if (rules.step() != DestinationStep.RUNNING) {
      if (!wasLost) {
        tellLost();
      }
    } else if (current != null && commit != null) {
      arrived(current, commit);
    } else {
      arrivals.arrived(move, guest.guest());
    }
  }

  private void tellUnowned(DestinationHandOver rules) {
    if (rules.step() == DestinationStep.PREPARED) {
      arrivals.warning(
          "the source of the move %s says COMMIT, but the registry does not say that the guest is this host's: it stands still until it does"
              .formatted(move));
    }
  }

  /** What ends a move that is being received breaks no more than the link of one that is whole. */
  private void fail(DestinationHandOver rules, MigrationException why) {
    failure = why;
    if (why.fromPeer()) {
      rules.hear(DestinationEvent.Plain.ABORT);
    } else if (why.isOfTheLink() && !closing) {
      drop();
      new LinkLostEvent(move.toString(), INCOMING, why.sentence()).commit();
      rules.hear(DestinationEvent.Plain.LOST);
    } else {
      rules.hear(DestinationEvent.Plain.FAILED);
      if (rules.step() != DestinationStep.TORN_DOWN) {
        drop();
      }
    }
    tellRefused(rules);
  }

  private void tellRefused(DestinationHandOver rules) {
    if (rules.step() == DestinationStep.TORN_DOWN) {
      MigrationException why =
          failure == null
              ? new MigrationException(FailureCode.LINK_LOST, "the source did not come back")
              : failure;
      arrivals.gone(move, why);
      arrivals.refused(why);
    }
  }

  private void tellLost() {
    MigrationException why = guest.failure();
    if (why != null) {
      arrivals.lost(move, why);
    }
  }

  /** Waits for the source to come back; false if nobody does so any more. */
  private boolean awaitLink(DestinationHandOver rules) throws InterruptedException {
    boolean receiving = rules.step() == DestinationStep.RECEIVING;
    if (receiving && !halted(rules)) {
      return true;
    }
    ControlConnection next =
        links.await(receiving ? options.resumeLimit() : patience(rules.step()));
    if (next != null) {
      control = next;
      silence = Duration.ZERO;
      if (!receiving || relink(next)) {
        new LinkResumedEvent(move.toString(), INCOMING).commit();
        rules.hear(DestinationEvent.Plain.RESUME);
      }
      return true;
    }
    if (receiving) {
      rules.hear(DestinationEvent.Plain.EXPIRED);
      tellRefused(rules);
    } else if (!closing && (rules.step() == DestinationStep.LOST || owned.hasRegistry())) {
      ask(rules);
    }
    return !closing || rules.step().isLast();
  }

  /** Without a registry only the source knows what becomes of a guest that is whole. */
  private Duration patience(DestinationStep step) {
    if (step == DestinationStep.LOST) {
      return RETRY;
    }
    return owned.hasRegistry() ? QUIET : Duration.ofDays(1);
  }

  /** Whether what broke was the link and nothing else, so that another one mends it. */
  private boolean halted(DestinationHandOver rules) {
    try {
      if (reception != null) {
        progress = reception.halt();
      }
      return true;
    } catch (MigrationException fault) {
      fail(rules, fault);
      return false;
    }
  }

  private boolean relink(ControlConnection next) {
    try {
      if (reception != null) {
        reception.relink(next);
      }
      return true;
    } catch (MigrationException failed) {
      fail(handOver(), failed);
      return false;
    }
  }

  /** This host ends; its journal says that the guest is prepared, and where it is kept it stays. */
  private void leave(DestinationHandOver rules) {
    arrivals.warning(
        "the move %s is %s, and only its source knows how it ends: this host takes it up again when it is started"
            .formatted(move, rules.step()));
    if (guest.guest().keptAs().isEmpty()) {
      guest.tearDown();
    }
  }

  /** The guest runs here, whatever comes of its receipt. */
  private void arrived(ControlConnection current, Message.Commit times) {
    if (reception == null) {
      arrivals.arrived(move, guest.guest());
      return;
    }
    Receipt signed;
    try {
      signed = reception.sign(times);
    } catch (VmmException failed) {
      arrivals.warning(
          "the guest runs here, but there is no receipt: " + Failures.of(failed).sentence());
      arrivals.arrived(move, guest.guest());
      return;
    }
    arrivals.arrived(move, guest.guest());
    try {
      signed = DestinationReceipt.endorsed(signed, current);
    } catch (MigrationException unsigned) {
      arrivals.warning("the source did not sign the receipt: " + unsigned.sentence());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    arrivals.receipt(move, signed);
  }

  private void drop() {
    ControlConnection current = control;
    control = null;
    if (current != null) {
      current.close();
    }
  }

  private void say(Message message) {
    ControlConnection current = control;
    if (current == null) {
      return;
    }
    try {
      current.send(message);
    } catch (MigrationException unheard) {
      if (message instanceof Message.Running) {
        arrivals.warning("the guest runs here, but the source was not told: " + unheard.sentence());
      }
    }
  }

  @Override
  public boolean owns() {
    return owned.holds() == Ownership.Answer.YES;
  }

  @Override
  public boolean runGuest() {
    return guest.run();
  }

  @Override
  public void tearDown() {
    if (reception != null) {
      reception.close();
    }
    guest.tearDown();
  }

  @Override
  public void sayPrepared() {
    say(new Message.Prepared(manifest));
  }

  @Override
  public void sayRunning() {
    say(new Message.Running());
  }

  @Override
  public void sayAbort() {
    MigrationException why = guest.failure() == null ? failure : guest.failure();
    ControlConnection current = control;
    if (current != null && why != null) {
      current.abort(why);
    }
  }

  @Override
  public void sayStanding(Place place) {
    ControlConnection current = control;
    if (current != null) {
      try {
        current.send(
            switch (place) {
              case RECEIVING -> Message.Standing.receiving(progress);
              case PREPARED ->
                  manifest.length == 0
                      ? Message.Standing.at(place)
                      : Message.Standing.prepared(manifest);
              case UNKNOWN, COMMITTED, RUNNING, GONE -> Message.Standing.at(place);
            });
      } catch (MigrationException lost) {
        current.fail(lost);
      }
    }
  }

  @Override
  public Map<Detail, String> details() {
    Map<Detail, String> details = new EnumMap<>(Detail.class);
    details.put(Detail.PEER, peer);
    if (manifest.length > 0) {
      details.put(Detail.MANIFEST, HexFormat.of().formatHex(manifest));
    }
    return details;
  }

  @Override
  public void taken(DestinationStep step) {
    arrivals.step(move, step);
  }

  @Override
  public void unwritten(DestinationStep step, IOException why) {
    var failed =
        new MigrationException(
            FailureCode.JOURNAL_FAILED,
            "the step %s could not be written to the journal: %s".formatted(step, why.getMessage()),
            why);
    if (step == DestinationStep.RECEIVING || step == DestinationStep.PREPARED) {
      failure = failed;
    } else {
      arrivals.warning(failed.sentence());
    }
  }
}
