package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.Side;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.vmm.Guest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A move that somebody looks at, calls off, or only tries. */
class MoveControlTest {
  private static final MoveOptions OPTIONS =
      Crossing.OPTIONS.withResumeLimit(Duration.ofSeconds(20));

  private final MoveControl control = new MoveControl();
  private final AtomicBoolean accepted = new AtomicBoolean();
  private Crossing crossing;
  private Guest guest;

  @BeforeEach
  void launch() throws Exception {
    crossing = new Crossing(TestHost.model(), TestHost.model());
    guest = crossing.source.launch(Guests.PLAN, 0);
  }

  @AfterEach
  void close() {
    guest.close();
    crossing.close();
  }

  private MoveOutcome move(MoveListener listener) {
    return new MigrationSource(crossing.source.asSource())
        .move(guest, crossing.wire.address(), OPTIONS, listener, control);
  }

  private MoveListener cancellingAt(SourceStep when) {
    return new AtStep(when, () -> accepted.set(control.cancel()));
  }

  private void assertCalledOff(MoveOutcome outcome) throws Exception {
    assertThat(accepted).as("it can be called off").isTrue();
    assertThat(Guests.stayed(outcome).code()).isEqualTo(FailureCode.CANCELLED);
    assertThat(control.cancel()).as("it is over").isFalse();
    assertThat(control.progress()).isEmpty();
    Guests.assertGoesOn(guest);
    Guests.assertEmpty(crossing.destination);
    assertThat(crossing.nothingArrived()).isTrue();
    assertThat(lastStep()).isEqualTo(SourceStep.STAYED);
  }

  private SourceStep lastStep() {
    JournalEntry entry =
        crossing.source.journal.moves().stream()
            .filter(last -> last.step().side() == Side.SOURCE)
            .findFirst()
            .orElseThrow();
    return (SourceStep) entry.step();
  }

  @ParameterizedTest
  @EnumSource(
      value = SourceStep.class,
      names = {"NEGOTIATING", "SENDING", "PAUSED", "PREPARING"})
  void isCalledOffAtEachStepBeforeThePointOfNoReturn(SourceStep step) throws Exception {
    assertCalledOff(move(cancellingAt(step)));
    if (step == SourceStep.PAUSED) {
      Await.until(
          "the destination was told",
          () ->
              crossing.refusals.stream()
                  .anyMatch(refusal -> refusal.code() == FailureCode.CANCELLED));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SourceStep.class,
      names = {"FINISHING", "FINISHED", "COMMITTED"})
  void isNotCalledOffAfterIt(SourceStep step) throws Exception {
    accepted.set(true);
    Guests.moved(move(cancellingAt(step)));
    assertThat(accepted).as("too late").isFalse();
    crossing.assertArrivedWhole();
  }

  @Test
  void isCalledOffInTheMiddleOfARoundAndTellsHowFarItHasCome() throws Exception {
    AtomicReference<RoundProgress> seen = new AtomicReference<>();
    crossing.wire.tamper((connection, number, batch) -> {
      if (connection == 0 && number == 4) {
        Await.until(
            "some pages are sent",
            () -> control.progress().filter(progress -> progress.sent() > 0).isPresent());
        seen.set(control.progress().orElseThrow());
        accepted.set(control.cancel());
      }
      return List.of(batch);
    });
    assertCalledOff(move(MoveListener.SILENT));
    assertThat(seen.get().round()).isZero();
    assertThat(seen.get().pages()).isEqualTo(Guests.PLAN.memoryBytes() >> 12);
    assertThat(seen.get().sent()).isPositive().isLessThanOrEqualTo(seen.get().pages());
    assertThat(seen.get().bytes()).isPositive();
    Await.until(
        "the destination was told",
        () ->
            crossing.refusals.stream()
                .anyMatch(refusal -> refusal.code() == FailureCode.CANCELLED));
  }

  @Test
  @Timeout(60)
  void isCalledOffWhileTheDestinationSaysNothing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> {
        try {
          var _ = silent.accept();
          accepted.set(control.cancel());
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
      MoveOutcome outcome =
          new MigrationSource(crossing.source.asSource())
              .move(
                  guest,
                  (InetSocketAddress) silent.getLocalSocketAddress(),
                  OPTIONS.withTimeout(Duration.ofHours(1)),
                  MoveListener.SILENT,
                  control);
      assertCalledOff(outcome);
    }
  }

  @Test
  void isOnlyTriedWithNothingLeftAnywhereAndNoPageSent() throws Exception {
    List<String> checks = new ArrayList<>();
    MoveListener listener =
        new MoveListener() {
          @Override
          public void checked(Verdict.Rule check) {
            checks.add(check.name());
          }
        };
    MoveOutcome.StayedAtSource end =
        new MigrationSource(crossing.source.asSource())
            .rehearse(guest, crossing.wire.address(), OPTIONS, listener, control);
    assertThat(end.code()).as(end.reason()).isEqualTo(FailureCode.DRY_RUN);
    assertThat(end.report().rounds()).isEmpty();
    assertThat(checks)
        .containsExactly(
            "policy", "ready", "connection", "protocol", "peer", "send", "destination", "data");
    Guests.assertGoesOn(guest);
    Guests.assertEmpty(crossing.destination);
    assertThat(lastStep()).isEqualTo(SourceStep.STAYED);
    Await.until(
        "the destination was told",
        () ->
            crossing.refusals.stream().anyMatch(refusal -> refusal.code() == FailureCode.DRY_RUN));

    crossing.destination.calls.refuse(KvmIoctl.CREATE_VCPU);
    MoveOutcome.StayedAtSource refused =
        new MigrationSource(crossing.source.asSource())
            .rehearse(guest, crossing.wire.address(), OPTIONS, listener, new MoveControl());
    assertThat(refused.code()).isEqualTo(FailureCode.GUEST_REFUSED);
    Guests.assertGoesOn(guest);
  }
}
