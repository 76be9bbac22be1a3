package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.control.Cancelled;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.control.Rehearsal;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.RuleView;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.MigrationSource;
import dev.sealift.migration.MoveControl;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.Recovery;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.handover.Side;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The guests that leave a host: each move has a thread of its own. */
final class Departures {
  /** How long a destination that does not answer is left alone before it is asked again. */
  private static final Duration RETRY = Duration.ofSeconds(3);

  private final SourceHost host;
  private final MigrationSource source;
  private final HostedGuests guests;
  private final HostedMoves moves;
  private final Receipts receipts;
  private final HostLog log;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ending = new CountDownLatch(1);

  Departures(
      SourceHost host, HostedGuests guests, HostedMoves moves, Receipts receipts, HostLog log) {
    this.host = host;
    this.source = new MigrationSource(host);
    this.guests = guests;
    this.moves = moves;
    this.receipts = receipts;
    this.log = log;
  }

  /** Begins a move; it goes on after this has returned its first view. */
  MoveView begin(Order.Migrate order) throws BadInput, Failure {
    Plan plan = plan(order);
    plan.guest.claim("is being moved to " + order.host());
    var control = new MoveControl();
    HostedMove move = move(plan, control);
    var steps = new Steps(move, plan.guest);
    start(() -> run(plan, move, steps, control));
    try {
      // The move's first act is to take its name.
      steps.begun.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return move.view();
  }

  /** Does everything of a move up to its first page. */
  Rehearsal rehearse(Order.Migrate order) throws BadInput, Failure {
    Plan plan = plan(order);
    plan.guest.claim("is in a dry run of a move to " + order.host());
    try {
      var control = new MoveControl();
      HostedMove move = move(plan, control);
      MoveOutcome.StayedAtSource end =
          source.rehearse(plan.guest.guest(), plan.address, plan.options, new Rules(move), control);
      boolean holds = end.code() == FailureCode.DRY_RUN;
      List<RuleView> checks = new ArrayList<>(move.checks());
      if (holds) {
        move.cancelled(end.reason());
      } else {
        move.failed(words(end), More.of(end.code(), end.status()));
        if (checks.stream().allMatch(RuleView::holds)) {
          checks.add(new RuleView(word(end.code()), false, words(end)));
        }
      }
      log.tell(
          Event.info("dry-run").of(plan.guest.name()).in(move.id()),
          "dry run to %s: %s".formatted(plan.words(), end.reason()));
      return new Rehearsal(holds, checks, move.view());
    } finally {
      plan.guest.release();
    }
  }

  /** Why a guest stayed, and what to do about it where that is always the same. */
  private static String words(MoveOutcome.StayedAtSource stayed) {
    return stayed.code() == FailureCode.PEER_NOT_TRUSTED
        ? stayed.reason()
            + "; each of the two hosts has to be on the other's list of allowed peers (sealift identity allow)"
        : stayed.reason();
  }

  private static String word(FailureCode code) {
    return code.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What an order means here. */
  private record Plan(HostedGuest guest, InetSocketAddress address, MoveOptions options) {
    String words() {
      return address.getHostString() + ":" + address.getPort();
    }
  }

  private Plan plan(Order.Migrate order) throws BadInput, Failure {
    HostedGuest guest = guests.get(order.guest());
    if (!guest.guest().isRunning()) {
      throw new Failure(
          "The guest %s does not run, and a guest that arrives runs: resume it first with sealift guest resume %s."
              .formatted(guest.name(), guest.name()));
    }
    if (order.port() < 1 || order.port() > 0xFFFF) {
      throw new BadInput("A port is 1 to 65535, not %d.".formatted(order.port()));
    }
    var address = new InetSocketAddress(order.host(), order.port());
    if (address.isUnresolved()) {
      throw new BadInput(
          "The host name %s is not known here: name the destination by its name or address."
              .formatted(order.host()));
    }
    return new Plan(guest, address, options(order));
  }

  private static MoveOptions options(Order.Migrate order) throws BadInput {
    try {
      MoveOptions options = MoveOptions.DEFAULT;
      if (order.downtimeMillis() != null) {
        options = options.withDowntimeTarget(Duration.ofMillis(order.downtimeMillis()));
      }
      if (order.bytesPerSecond() != null) {
        options = options.withBytesPerSecond(order.bytesPerSecond());
      }
      if (order.rounds() != null) {
        options = options.withMaxRounds(order.rounds());
      }
      if (order.throttle() != null) {
        options = options.withMostThrottle(order.throttle());
      }
      if (order.connections() != null) {
        options = options.withDataConnections(order.connections());
      }
      return options;
    } catch (IllegalArgumentException rule) {
      throw new BadInput("The move cannot be so: " + Failure.sentence(rule) + ".", rule);
    }
  }

  private static HostedMove move(Plan plan, MoveControl control) {
    return HostedMove.outgoing(
        plan.guest.name(),
        plan.guest.guest().configuration().memoryBytes(),
        plan.words(),
        plan.options,
        control);
  }

  private void start(Runnable work) {
    Thread thread = Thread.ofPlatform().name("sealift-move").daemon().unstarted(work);
    threads.add(thread);
    thread.start();
  }

  private void run(Plan plan, HostedMove move, Steps steps, MoveControl control) {
    try {
      log.tell(Event.info("move-begins").of(move.guest()), "moves to %s".formatted(plan.words()));
      switch (source.move(plan.guest.guest(), plan.address, plan.options, steps, control)) {
        case MoveOutcome.Moved moved -> {
          if (moved.receipt() != null) {
            receipts.save(moved.report().move(), moved.receipt());
          }
          leave(plan.guest);
          move.stopped(moved.report().stopped());
          move.completed(moved.downtime());
          log.tell(
              Event.info("moved").of(move.guest()).in(move.id()),
              "runs at %s; it stood still for %.1f ms"
                  .formatted(plan.words(), moved.downtime().total().toNanos() / 1e6));
        }
        case MoveOutcome.StayedAtSource stayed -> stayed(plan.guest, move, stayed);
        case MoveOutcome.HandedOver handed -> {
          move.recovering();
          move.warning(handed.reason());
          log.tell(Event.warn("handed-over").of(move.guest()).in(move.id()), handed.reason());
          settle(move, plan.guest, moves(handed.report().move()).orElseThrow());
        }
      }
    } finally {
      threads.remove(Thread.currentThread());
    }
  }

  private Optional<JournalEntry> moves(MoveId move) {
    return host.journal().find(move, Side.SOURCE);
  }

  private void stayed(HostedGuest guest, HostedMove move, MoveOutcome.StayedAtSource stayed) {
    guest.stayed();
    move.stopped(stayed.report().stopped());
    boolean asked = stayed.code() == FailureCode.CANCELLED;
    if (asked) {
      move.cancelled(stayed.reason());
    } else {
      move.failed(words(stayed), More.of(stayed.code(), stayed.status()));
    }
    Event event = asked ? Event.info("cancelled") : Event.warn("move-failed");
    log.tell(event.of(move.guest()).in(move.id()), "stays here and goes on: " + stayed.reason());
    moves(stayed.report().move())
        .filter(entry -> !entry.step().isLast())
        // The guest is at home already: only the destination is still to be told.
        .ifPresent(entry -> settle(move, null, entry));
  }

  private void leave(HostedGuest guest) {
    guests.remove(guest);
    guest.guest().close();
  }

  /** Takes up a move away from here that the journal knows of, and whose guest may be gone. */
  void recover(JournalEntry entry, @Nullable HostedGuest guest) {
    Map<Detail, String> details = entry.details();
    HostedMove move =
        HostedMove.found(
            entry.move().toString(),
            guest == null
                ? details.getOrDefault(Detail.NAME, "a guest that is no longer here")
                : guest.name(),
            guest == null ? 0 : guest.guest().configuration().memoryBytes(),
            true,
            "%s:%s"
                .formatted(
                    details.getOrDefault(Detail.ADDRESS, "?"),
                    details.getOrDefault(Detail.PORT, "?")));
    move.step(entry.step());
    moves.add(move);
    start(() -> {
      try {
        settle(move, guest, entry);
      } finally {
        threads.remove(Thread.currentThread());
      }
    });
  }

  /** Until both hosts agree on how the move ended, or this host ends. */
  private void settle(HostedMove move, @Nullable HostedGuest guest, JournalEntry begun) {
    try {
      JournalEntry entry = begun;
      @Nullable HostedGuest holds = guest;
      while (true) {
        Recovery recovery =
            source.recover(
                entry, holds == null ? null : holds.guest(), MoveOptions.DEFAULT, new Rules(move));
        SourceStep step = recovery.step();
        move.step(step);
        log.tell(
            Event.info("recovered").of(move.guest()).in(move.id()),
            "%s (the journal said %s)".formatted(recovery.words(), recovery.found().label()));
        if (step.mayRunHere() && holds != null) {
          holds.stayed();
          holds = null;
        }
        if (step == SourceStep.HANDED_OVER) {
          if (holds != null) {
            leave(holds);
          }
          move.completed(null);
        } else if (step == SourceStep.STAYED) {
          move.failed(recovery.words());
        } else if (isLost(recovery, guest)) {
          closeBooks(entry.move());
          move.failed(recovery.words());
        } else if (!ending.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
          entry = moves(entry.move()).orElseThrow();
          continue;
        }
        return;
      }
    } catch (VmmException | IllegalStateException stuck) {
      move.failed(Failure.sentence(stuck));
      log.tell(
          Event.error("move-stuck").of(move.guest()).in(move.id()),
          "%s. The guest stands still here, and a person must look before anybody runs it."
              .formatted(Failure.sentence(stuck)));
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /** It had not left, and ended with the process that had it. */
  private static boolean isLost(Recovery recovery, @Nullable HostedGuest guest) {
    return guest == null
        && switch (recovery.step()) {
          case NEGOTIATING, SENDING, PAUSED -> true;
          case PREPARING, FINISHING, FINISHED, COMMITTED, HANDED_OVER, WITHDRAWN, STAYED -> false;
        };
  }

  /** Nothing is left to be taken up at the next start either. */
  private void closeBooks(MoveId move) {
    try {
      host.journal().record(SourceStep.STAYED, move, Map.of());
    } catch (IOException unwritten) {
      log.tell(
          Event.warn("journal").in(move.toString()),
          "the journal cannot be written: " + Failure.sentence(unwritten));
    }
  }

  /** Calls a move off. */
  Cancelled cancel(String id) throws BadInput {
    HostedMove move =
        moves
            .find(id)
            .orElseThrow(() -> new BadInput("This host knows of no move %s.".formatted(id)));
    MoveControl control = move.control();
    if (move.ended()) {
      return new Cancelled(id, false, "The move is over: %s.".formatted(move.view().status()));
    }
    if (control == null) {
      return new Cancelled(
          id,
          false,
          "Only the host that a guest leaves can call its move off, and not one that found the move in its journal.");
    }
    if (!control.cancel()) {
      return new Cancelled(
          id,
          false,
          "The move is past its point of no return (SEND_FINISH): only the destination may run the guest now.");
    }
    move.cancelling();
    return new Cancelled(id, true, "The move is being called off; the guest goes on here.");
  }

  /** Has a move called off, if it still can be; whether it could. */
  boolean callOff(HostedMove move) {
    MoveControl control = move.control();
    boolean could = control != null && !move.ended() && control.cancel();
    if (could) {
      move.cancelling();
    }
    return could;
  }

  /** This host ends: moves that can be called off are; the others get a while to come to an end. */
  void end(Duration patience) {
    ending.countDown();
    for (HostedMove move : moves.all()) {
      if (callOff(move)) {
        log.tell(
            Event.info("cancelling").of(move.guest()).in(move.id()),
            "the move is called off, as this host ends");
      }
    }
    long deadline = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (!threads.isEmpty()) {
      log.tell(
          Event.warn("move-open"),
          "%d moves are past their point of no return; the next start takes them up."
              .formatted(threads.size()));
    }
  }

  /** Hears what is found of the destination. */
  private class Rules implements MoveListener {
    final HostedMove move;

    Rules(HostedMove move) {
      this.move = move;
    }

    @Override
    public void begun(MoveId id) {
      move.begun(id.toString());
    }

    @Override
    public void checked(Verdict.Rule check) {
      move.checked(check);
    }

    @Override
    public void judged(PlatformCredentials destination, Verdict verdict) {
      List<RootOfTrust> roots = host.policy().roots();
      move.judged(verdict, ChainLinks.of(destination.chain(), roots));
    }

    @Override
    public void warning(String sentence) {
      move.warning(sentence);
      log.tell(Event.warn("move-warning").of(move.guest()).in(move.id()), sentence);
    }
  }

  /** Hears everything. */
  private final class Steps extends Rules {
    private final HostedGuest guest;
    private final CountDownLatch begun = new CountDownLatch(1);

    Steps(HostedMove move, HostedGuest guest) {
      super(move);
      this.guest = guest;
    }

    @Override
    public void begun(MoveId id) {
      super.begun(id);
      moves.add(move);
      begun.countDown();
    }

    @Override
    public void step(SourceStep step) {
      move.step(step);
      guest.leaving(move.id(), step);
      log.tell(Event.info("step").of(move.guest()).in(move.id()), step.label());
    }

    @Override
    public void round(RoundReport round) {
      move.round(round);
      log.tell(
          Event.info("round").of(move.guest()).in(move.id()),
          "round %d: %d pages in %.0f ms, %d dirtied meanwhile"
              .formatted(round.round(), round.pages(), round.millis(), round.dirtyAfter()));
    }

    @Override
    public void linkLost(String why) {
      move.recovering();
      log.tell(Event.warn("link-lost").of(move.guest()).in(move.id()), why);
    }

    @Override
    public void linkResumed() {
      move.goesOn();
      log.tell(
          Event.info("link-resumed").of(move.guest()).in(move.id()),
          "a new link goes on where the old one broke");
    }
  }
}
