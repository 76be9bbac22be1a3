package dev.sealift.cli.host;

import dev.sealift.cli.HostMachine;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.ArrivalListener;
import dev.sealift.migration.GuestFactory;
import dev.sealift.migration.access.PeerIdentity;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.KeptGuests;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The guests that come to a host. */
final class Arrivals implements ArrivalListener, GuestFactory {
  private static final String CREATE = "create guest";

  private final HostMachine machine;
  private final HostedGuests guests;
  private final HostedMoves moves;
  private final Receipts receipts;
  private final List<RootOfTrust> roots;
  private final HostLog log;
  private final Map<MoveId, HostedGuest> coming = new ConcurrentHashMap<>();

  /** Why the last guest that was coming does not come. */
  private volatile String lastGone = "";

  Arrivals(
      HostMachine machine,
      HostedGuests guests,
      HostedMoves moves,
      Receipts receipts,
      List<RootOfTrust> roots,
      HostLog log) {
    this.machine = machine;
    this.guests = guests;
    this.moves = moves;
    this.receipts = receipts;
    this.roots = roots;
    this.log = log;
  }

  @Override
  public Guest create(GuestConfiguration configuration) throws VmmException {
    throw new UnsupportedOperationException("a guest comes with a move");
  }

  @Override
  public Guest create(MoveId move, GuestConfiguration configuration) throws VmmException {
    String name = configuration.name();
    if (!guests.reserve(name)) {
      throw new VmmException(
          CREATE,
          "it has a guest of the name %s already; rename or stop one of them".formatted(name));
    }
    boolean done = false;
    Guest guest = null;
    try {
      guest = Guest.create(machine.host(), machine.platform(), configuration);
      add(move, guest);
      done = true;
      return guest;
    } catch (IllegalArgumentException rule) {
      throw new VmmException(CREATE, String.valueOf(rule.getMessage()));
    } finally {
      if (!done) {
        guests.free(name);
        if (guest != null) {
          guest.close();
        }
      }
    }
  }

  @Override
  public void keep(MoveId move, Guest guest) throws VmmException {
    if (machine.host().keeps()) {
      guest.keep(KeptGuests.nameOf(move));
    }
  }

  @Override
  public Optional<Guest> adopt(MoveId move) throws VmmException {
    String name = KeptGuests.nameOf(move);
    if (!Guest.kept(machine.host()).contains(name)) {
      return Optional.empty();
    }
    Guest guest = Guest.adopt(machine.host(), machine.platform(), name);
    GuestConfiguration configuration = guest.configuration();
    HostedMove found =
        HostedMove.found(
            move.toString(),
            configuration.name(),
            configuration.memoryBytes(),
            false,
            "its source");
    moves.add(found);
    add(move, guest);
    return Optional.of(guest);
  }

  private void add(MoveId move, Guest guest) throws VmmException {
    Workload workload =
        Workload.of(guest)
            .orElseThrow(() ->
                new VmmException(
                    CREATE,
                    "it does not know what runs in the guest (%s)"
                        .formatted(guest.configuration().workload())));
    HostedGuest hosted = HostedGuest.coming(guest, workload, move.toString());
    coming.put(move, hosted);
    guests.add(hosted);
  }

  private void with(MoveId id, Consumer<HostedMove> then) {
    moves.find(id.toString()).ifPresent(then);
  }

  private String guestOf(MoveId id) {
    return moves.find(id.toString()).map(HostedMove::guest).orElse("a guest");
  }

  @Override
  public void coming(MoveId id, GuestConfiguration guest, PeerIdentity from) {
    moves.add(HostedMove.incoming(id.toString(), guest.name(), guest.memoryBytes(), from.words()));
    log.tell(
        Event.info("guest-comes").of(guest.name()).in(id.toString()), "comes from " + from.words());
  }

  @Override
  public void judged(MoveId id, PlatformCredentials source, Verdict verdict) {
    with(id, move -> move.judged(verdict, ChainLinks.of(source.chain(), roots)));
  }

  @Override
  public void step(MoveId id, DestinationStep step) {
    with(id, move -> move.step(step));
    log.tell(Event.info("step").of(guestOf(id)).in(id.toString()), step.label());
  }

  @Override
  public void arrived(MoveId id, Guest guest) {
    HostedGuest hosted = coming.remove(id);
    if (hosted == null) {
      throw new IllegalStateException("a guest arrived that was not coming");
    }
    hosted.arrived(moves.find(id.toString()).map(move -> move.view().peer()).orElse(null));
    with(id, move -> move.completed(null));
    log.tell(
        Event.info("arrived").of(hosted.name()).in(id.toString()), "has arrived and runs here");
  }

  @Override
  public void gone(MoveId id, MigrationException reason) {
    lastGone = reason.sentence();
    HostedGuest hosted = coming.remove(id);
    if (hosted != null) {
      guests.remove(hosted);
    }
    boolean asked = reason.code() == FailureCode.CANCELLED || reason.code() == FailureCode.DRY_RUN;
    with(
        id,
        move -> {
          if (asked) {
            move.cancelled(reason.sentence());
          } else {
            move.failed(reason.sentence(), More.of(reason.code(), reason.status()));
          }
        });
    log.tell(
        (asked ? Event.info("guest-gone") : Event.warn("guest-gone"))
            .of(guestOf(id))
            .in(id.toString()),
        "does not come, and nothing of it is here: " + reason.sentence());
  }

  @Override
  public void recovered(MoveId id, DestinationStep found, DestinationStep step) {
    with(id, move -> move.step(step));
    if (step == DestinationStep.TORN_DOWN) {
      HostedGuest hosted = coming.remove(id);
      if (hosted != null) {
        guests.remove(hosted);
      }
      with(id, move -> move.failed("this host was restarted before the guest was whole"));
    }
    log.tell(
        Event.info("recovered").of(guestOf(id)).in(id.toString()),
        "the journal said %s; it is %s now".formatted(found.label(), step.label()));
  }

  @Override
  public void receipt(MoveId move, Receipt receipt) {
    receipts.save(move, receipt);
  }

  @Override
  public void refused(MigrationException reason) {
    // A guest that is gone was refused, too: it is told once, with its name.
    if (!reason.sentence().equals(lastGone)) {
      log.tell(Event.warn("refused"), "a source was refused: " + reason.sentence());
    }
    lastGone = "";
  }

  @Override
  public void lost(MoveId id, MigrationException reason) {
    with(id, HostedMove::recovering);
    log.tell(
        Event.error("guest-lost").of(guestOf(id)).in(id.toString()),
        "belongs to this host, but could not be run; it is tried again: " + reason.sentence());
  }

  @Override
  public void warning(String sentence) {
    log.tell(Event.warn("arrival-warning"), sentence);
  }
}
