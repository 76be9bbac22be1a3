package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.migration.ArrivalListener;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.MigrationDestination;
import dev.sealift.migration.MigrationSource;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sealift at both ends of a move, and a link between them. */
public final class Passage implements AutoCloseable {
  /** Pages in a batch: round 0 of a guest of the lab has 8 batches. */
  public static final int BATCH_PAGES = 8;

  /** Batches of a round that has all pages. */
  public static final int BATCHES = 8;

  /** The batch of round 0 that {@link Witness#PAGE} and {@link Witness#OTHER_PAGE} are in. */
  public static final int WITNESS_BATCH = 5;

  /** How long the hosts wait for a silent peer where the attack is no silence. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** How long they wait where silence is all that there is to notice. */
  public static final Duration SHORT_TIMEOUT = Duration.ofMillis(600);

  private static final MoveOptions OPTIONS =
      MoveOptions.DEFAULT
          .withBatchPages(BATCH_PAGES)
          .withDataConnections(1)
          .withMaxRounds(4)
          .withTimeout(TIMEOUT)
          .withResumeLimit(Duration.ofMillis(200));

  private final LabHost source;
  private final LabHost destination;
  private final MigrationDestination listening;
  private final Link link;
  private final BlockingQueue<Guest> arrivals = new LinkedBlockingQueue<>();
  private final List<MigrationException> refusals = new CopyOnWriteArrayList<>();

  private Passage(
      LabHost source, LabHost destination, MovePolicy sourcesAllowed, DestinationOptions options)
      throws IOException {
    this.source = source;
    this.destination = destination;
    listening =
        MigrationDestination.listen(
            destination.asDestination(sourcesAllowed),
            new InetSocketAddress(HostTrust.LOOPBACK, 0),
            options,
            new Arrivals());
    link = Link.to(listening.address());
  }

  /** Between the lab's machines. */
  public static Passage open(Lab lab) throws IOException {
    return open(lab, TIMEOUT);
  }

  /** The same, with a destination that waits so long for a silent source. */
  public static Passage open(Lab lab, Duration timeout) throws IOException {
    return open(
        lab,
        DestinationOptions.DEFAULT.withTimeout(timeout).withResumeLimit(Duration.ofMillis(300)));
  }

  /** The same, with a destination's options. */
  public static Passage open(Lab lab, DestinationOptions options) throws IOException {
    return new Passage(lab.source(), lab.destination(), lab.destination().policy(), options);
  }

  /** To another machine than the lab's destination. */
  public static Passage to(Lab lab, LabHost destination) throws IOException {
    return new Passage(
        lab.source(),
        destination,
        destination.policy(),
        DestinationOptions.DEFAULT.withTimeout(TIMEOUT).withResumeLimit(Duration.ofMillis(300)));
  }

  private final class Arrivals implements ArrivalListener {
    @Override
    public void arrived(MoveId move, Guest guest) {
      arrivals.add(guest);
    }

    @Override
    public void refused(MigrationException reason) {
      refusals.add(reason);
    }
  }

  /** What lies between the two hosts. */
  public Link link() {
    return link;
  }

  /** Where the destination listens, with nobody in between. */
  public InetSocketAddress address() {
    return listening.address();
  }

  /** Why the destination turned sources away. */
  public List<MigrationException> refusals() {
    return refusals;
  }

  /** What happens after the first round of a move, while the guest runs. */
  public interface AfterFirstRound {
    /** Does nothing. */
    AfterFirstRound NOTHING = () -> {};

    void happen() throws TimeoutException, InterruptedException;
  }

  /** Moves a guest over the link. */
  public MoveOutcome move(Witness guest) {
    return move(guest, OPTIONS, source.policy(), AfterFirstRound.NOTHING);
  }

  /**
   * Moves a guest that writes its secret anew, in version 2, after the first round: version 1 of
   * {@link Witness#PAGE} goes in round 0, version 2 in the last one.
   */
  public MoveOutcome moveWhileWritten(Witness guest) {
    return moveWhileWritten(guest, OPTIONS);
  }

  /** The same over several data connections. */
  public MoveOutcome moveWhileWritten(Witness guest, int connections) {
    return moveWhileWritten(guest, OPTIONS.withDataConnections(connections));
  }

  private MoveOutcome moveWhileWritten(Witness guest, MoveOptions options) {
    return move(guest, options, source.policy(), () -> guest.write(Witness.PAGE, 2));
  }

  /** Moves a guest, and does something after the first round while the guest runs. */
  public MoveOutcome move(Witness guest, AfterFirstRound deed) {
    return move(guest, OPTIONS, source.policy(), deed);
  }

  /** Moves a guest where only some platforms are allowed. */
  public MoveOutcome move(Witness guest, MovePolicy allowed) {
    return move(guest, OPTIONS, allowed, AfterFirstRound.NOTHING);
  }

  private MoveOutcome move(
      Witness guest, MoveOptions options, MovePolicy allowed, AfterFirstRound deed) {
    return move(source, guest, link.address(), options, allowed, deed);
  }

  /** Moves a guest to wherever somebody listens. */
  public static MoveOutcome move(Lab lab, Witness guest, InetSocketAddress to, Duration timeout) {
    return move(
        lab.source(),
        guest,
        to,
        OPTIONS.withTimeout(timeout),
        lab.source().policy(),
        AfterFirstRound.NOTHING);
  }

  /** The same, where only some platforms are allowed. */
  public static MoveOutcome move(Lab lab, Witness guest, InetSocketAddress to, MovePolicy allowed) {
    return move(lab.source(), guest, to, OPTIONS, allowed, AfterFirstRound.NOTHING);
  }

  private static MoveOutcome move(
      LabHost source,
      Witness guest,
      InetSocketAddress to,
      MoveOptions options,
      MovePolicy allowed,
      AfterFirstRound deed) {
    MoveListener listener =
        new MoveListener() {
          @Override
          public void round(RoundReport round) {
            if (round.round() == 0) {
              try {
                deed.happen();
              } catch (TimeoutException dead) {
                throw new IllegalStateException(dead);
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              }
            }
          }
        };
    return new MigrationSource(source.asSource(allowed)).move(guest.guest(), to, options, listener);
  }

  /** The guest that arrived. */
  public Witness arrived() throws TimeoutException, InterruptedException {
    return arrivedWithin(TIMEOUT)
        .orElseThrow(() -> new TimeoutException("no guest arrived; refused: " + refusals));
  }

  /** The guest that arrived, if one did. */
  public Optional<Witness> arrivedWithin(Duration patience) throws InterruptedException {
    return Optional.ofNullable(arrivals.poll(patience.toMillis(), TimeUnit.MILLISECONDS))
        .map(destination::witness);
  }

  /**
   * What came of a move under attack, for the guest: wherever it runs, it must see in {@link
   * Witness#PAGE} what it wrote last.
   */
  public Outcome judge(Witness guest, MoveOutcome outcome)
      throws VmmException, TimeoutException, InterruptedException {
    return switch (outcome) {
      case MoveOutcome.Moved _ -> {
        try (Witness arrived = arrived()) {
          yield sees(arrived, guest.written(Witness.PAGE));
        }
      }
      case MoveOutcome.StayedAtSource stayed -> {
        awaitNoGuest(destination);
        yield stayed(guest, stayed);
      }
      case MoveOutcome.HandedOver lost ->
          Outcome.notPrevented("the guest is lost: " + lost.reason());
    };
  }

  /** What a guest that arrived sees in {@link Witness#PAGE}, and ought to see. */
  public static Outcome sees(Witness arrived, int wanted)
      throws TimeoutException, InterruptedException {
    int seen = arrived.read(Witness.PAGE);
    return seen == wanted
        ? Outcome.held("the guest arrived, and sees its page as it was")
        : Outcome.notPrevented(
            "the guest arrived, and sees %s in its page where it wrote version %d"
                .formatted(version(seen), wanted));
  }

  /** What came of a move that ended at its source; nothing of it is looked for elsewhere. */
  public static Outcome stayed(Witness guest, MoveOutcome outcome)
      throws VmmException, TimeoutException, InterruptedException {
    if (!(outcome instanceof MoveOutcome.StayedAtSource stayed)) {
      return Outcome.notPrevented("the source gave the guest away");
    }
    boolean goesOn =
        guest.guest().isRunning()
            && guest.guest().sev().status().state() == GuestState.RUNNING
            && !guest.guest().dirtyLog().isOn()
            && guest.read(Witness.PAGE) == guest.written(Witness.PAGE);
    return goesOn
        ? Outcome.detected(stayed.code(), stayed.reason())
        : Outcome.notPrevented("the move ended, and the guest does not go on at its source");
  }

  /** Waits until nothing of any guest is left at a host. */
  public static void awaitNoGuest(LabHost host)
      throws VmmException, TimeoutException, InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (host.guests() > 0) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("a refused guest is still at the destination");
      }
      Thread.sleep(1);
    }
  }

  /** A version that a guest sees, for people. */
  public static String version(int seen) {
    return seen == Witness.NOISE ? "noise" : "version " + seen;
  }

  @Override
  public void close() {
    link.close();
    listening.close();
    arrivals.forEach(Guest::close);
  }
}
