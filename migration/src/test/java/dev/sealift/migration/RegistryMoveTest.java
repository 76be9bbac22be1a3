package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.SharedRegistry.Line;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two hosts whose registry says which of them owns a guest. */
class RegistryMoveTest {
  private static final String NAME = "writer";
  private static final MoveOptions PATIENT =
      Crossing.OPTIONS.withResumeLimit(Duration.ofSeconds(20));

  private final SharedRegistry registry = new SharedRegistry();
  private TestHost source;
  private TestHost destination;
  private Guest guest;

  @BeforeEach
  void launch() throws Exception {
    source = TestHost.model();
    destination = TestHost.model();
    registry.join(source);
    registry.join(destination);
    registry.owns(source, NAME);
    guest = source.launch(Guests.PLAN, 0);
  }

  @AfterEach
  void close() {
    guest.close();
    source.close();
    destination.close();
  }

  @Test
  void aGuestIsGivenAwayAfterSendFinishAndBeforeItRuns() throws Exception {
    List<Boolean> ownedBySource = new CopyOnWriteArrayList<>();
    Consumer<Object> note = step -> ownedBySource.add(registry.isOwner(source, NAME));
    try (Crossing crossing =
        new Crossing(source, destination) {
          @Override
          public void step(MoveId move, DestinationStep step) {
            if (step == DestinationStep.COMMITTED) {
              note.accept(step);
            }
          }
        }) {
      Guests.moved(
          crossing.move(
              guest,
              Crossing.OPTIONS,
              new AtStep(SourceStep.FINISHED, () -> note.accept("FINISHED"))));
      assertThat(ownedBySource).containsExactly(true, false);
      assertThat(registry.isOwner(destination, NAME)).isTrue();
      crossing.assertArrivedWhole();
    }
  }

  @Test
  void aHostGivesNoGuestAwayThatItDoesNotOwn() throws Exception {
    registry.owns(destination, NAME);
    try (Crossing crossing = new Crossing(source, destination)) {
      assertStays(crossing.move(guest), "this host does not own the guest");
      assertThat(destination.journal.steps()).isEmpty();
    }
  }

  @Test
  void aHostGivesNoGuestToOneThatIsNotInTheRegistry() throws Exception {
    try (TestHost outside = TestHost.model();
        Crossing crossing = new Crossing(source, outside)) {
      assertStays(crossing.move(guest), "knows no host with the destination's key");
    }
  }

  @Test
  void aHostTakesNoGuestThatItsSourceDoesNotOwn() throws Exception {
    source.ownership = Ownership.JOURNALS;
    registry.owns(destination, NAME);
    try (Crossing crossing = new Crossing(source, destination)) {
      assertStays(crossing.move(guest), "does not say that the source owns the guest");
    }
  }

  @Test
  void aRegistryThatIsGoneBeforeSendFinishKeepsTheGuestWhereItIs() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      assertStays(
          crossing.move(
              guest,
              Crossing.OPTIONS,
              new AtStep(SourceStep.FINISHING, () -> registry.line(source, Line.CUT))),
          "the registry does not answer");
      assertThat(registry.isOwner(source, NAME)).isTrue();
      assertThat(source.journal.steps()).endsWith(SourceStep.WITHDRAWN, SourceStep.STAYED);
    }
  }

  @Test
  void aRegistryThatIsGoneAfterSendFinishCostsTheTimeThatItIsGone() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      Runnable cut =
          () -> {
            registry.line(source, Line.CUT);
            registry.line(destination, Line.CUT);
          };
      CompletableFuture<MoveOutcome> move =
          CompletableFuture.supplyAsync(
              () -> crossing.move(guest, PATIENT, new AtStep(SourceStep.FINISHED, cut)));
      Await.until("the registry is asked again and again", () -> registry.unanswered() > 3);
      Guests.assertNeverAgain(guest, source);
      assertThat(crossing.nothingArrived()).isTrue();
      assertThat(destination.journal.steps()).endsWith(DestinationStep.PREPARED);

      registry.line(source, Line.WHOLE);
      registry.line(destination, Line.WHOLE);
      Guests.moved(move.get(30, TimeUnit.SECONDS));
      crossing.assertArrivedWhole();
    }
  }

  @Test
  void aDestinationThatTheRegistryDoesNotAnswerRunsTheGuestWhenItDoes() throws Exception {
    List<Receipt> receipts = new CopyOnWriteArrayList<>();
    try (Crossing crossing =
        new Crossing(source, destination) {
          @Override
          public void receipt(MoveId move, Receipt receipt) {
            receipts.add(receipt);
          }
        }) {
      CompletableFuture<MoveOutcome> move =
          CompletableFuture.supplyAsync(() ->
              crossing.move(
                  guest,
                  PATIENT,
                  new AtStep(SourceStep.FINISHED, () -> registry.line(destination, Line.CUT))));
      Await.until("the destination asks twice", () -> registry.unanswered() > 1);
      assertThat(crossing.nothingArrived()).isTrue();
      assertThat(crossing.warnings).anyMatch(warning -> warning.contains("it stands still until"));

      registry.line(destination, Line.WHOLE);
      Guests.moved(move.get(30, TimeUnit.SECONDS));
      crossing.assertArrivedWhole();
      Await.until("both platforms have signed", () -> !receipts.isEmpty());
    }
  }

  @Test
  void aSourceThatIsLostAfterItGaveTheGuestAwayIsNotWaitedFor() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      MoveOutcome outcome =
          crossing.move(
              guest, Crossing.OPTIONS, new AtStep(SourceStep.FINISHED, crossing.wire::cut));
      assertThat(outcome).isInstanceOf(MoveOutcome.HandedOver.class);
      Guests.assertNeverAgain(guest, source);
      crossing.assertArrivedWhole();
    }
  }

  @Test
  void aRestartedDestinationRunsTheGuestThatItOwnsWithoutItsSource() throws Exception {
    destination.ownership = new Unanswered();
    try (Crossing killed = new Crossing(source, destination)) {
      killed.move(guest, Crossing.OPTIONS, new AtStep(SourceStep.FINISHED, killed.wire::cut));
      assertThat(destination.journal.steps()).endsWith(DestinationStep.PREPARED);
      registry.join(destination);
      BlockingQueue<Guest> arrived = new LinkedBlockingQueue<>();
      try (MigrationDestination _ =
          MigrationDestination.listen(
              finding(destination, Objects.requireNonNull(destination.made)),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              DestinationOptions.DEFAULT,
              (move, here) -> arrived.add(here))) {
        Guest here = Objects.requireNonNull(arrived.poll(60, TimeUnit.SECONDS));
        Guests.assertGoesOn(here);
        Guests.assertWhole(here);
      }
    }
  }

  /** The host after it was started again, on a machine that has kept the guest. */
  private static DestinationHost finding(TestHost host, Guest kept) {
    DestinationHost before = host.asDestination();
    GuestFactory keeper =
        new GuestFactory() {
          @Override
          public Guest create(GuestConfiguration configuration) throws VmmException {
            return host.create(configuration);
          }

          @Override
          public Optional<Guest> adopt(MoveId move) {
            return Optional.of(kept);
          }
        };
    return new DestinationHost(
        before.platform(),
        before.chain(),
        before.identity(),
        before.peers(),
        before.policy(),
        keeper,
        before.journal(),
        before.ownership(),
        before.emulated());
  }

  /** A host process that is killed asks nobody any more. */
  private static final class Unanswered implements Ownership {
    @Override
    public Answer holds(String guest) {
      return Answer.UNKNOWN;
    }

    @Override
    public Answer grant(String guest, String peerKey) {
      return Answer.UNKNOWN;
    }
  }

  @Test
  void aGrantWhoseAnswerIsLostIsAsGoodAsAnyOther() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      Guests.moved(
          crossing.move(
              guest,
              PATIENT,
              new AtStep(SourceStep.FINISHED, () -> registry.line(source, Line.ANSWERS_LOST))));
      crossing.assertArrivedWhole();
    }
  }

  @Test
  @Tag("long")
  void aRestartedSourceGivesTheGuestAwayBeforeItReachesTheDestination() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      crossing.move(
          guest,
          Crossing.OPTIONS,
          new AtStep(
              SourceStep.FINISHED,
              () -> {
                crossing.wire.cut();
                registry.line(source, Line.CUT);
              }));
      assertThat(registry.isOwner(source, NAME)).isTrue();
      registry.line(source, Line.WHOLE);

      Recovery cutOff = crossing.recover(null, Duration.ZERO);
      assertThat(cutOff.step()).as(cutOff.words()).isEqualTo(SourceStep.FINISHED);
      crossing.assertArrivedWhole();
      crossing.wire.mend();
      Recovery recovery = crossing.recover(guest);
      assertThat(recovery.step()).as(recovery.words()).isEqualTo(SourceStep.HANDED_OVER);
      Guests.assertNeverAgain(guest, source);
    }
  }

  @Test
  void aGuestThatAThirdHostOwnsIsRunByNobodyHere() throws Exception {
    try (TestHost third = TestHost.model();
        Crossing crossing = new Crossing(source, destination)) {
      MoveOutcome outcome =
          crossing.move(
              guest, PATIENT, new AtStep(SourceStep.FINISHED, () -> registry.owns(third, NAME)));
      assertThat(outcome)
          .isInstanceOfSatisfying(
              MoveOutcome.HandedOver.class,
              handedOver -> assertThat(handedOver.reason()).contains("before a person has looked"));
      Guests.assertNeverAgain(guest, source);
      assertThat(crossing.nothingArrived()).isTrue();
      assertThat(source.journal.steps()).endsWith(SourceStep.FINISHED);
    }
  }

  private void assertStays(MoveOutcome outcome, String reason) throws Exception {
    MoveOutcome.StayedAtSource stayed = Guests.stayed(outcome);
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.NOT_OWNED);
    assertThat(stayed.reason()).contains(reason);
    Guests.assertGoesOn(guest);
    Guests.assertEmpty(destination);
  }
}
