package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.sev.SevCommand;
import dev.sealift.migration.access.AllowedPeer;
import dev.sealift.migration.access.AllowedPeer.Name;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.access.GuestNames;
import dev.sealift.migration.access.Right;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Both hosts have certificates of one authority, for the names localhost and 127.0.0.1. */
@DisplayName("A peer that is not on a host's list")
class AllowedPeersMoveTest {

  @Test
  void canSendItNothingAndStartNothing() throws Exception {
    for (AllowedPeers peers : List.of(AllowedPeers.of(List.of()), peers(Right.RECEIVE))) {
      assertRefused(AllowedPeers.anyTrusted(), peers, "does not take any guest", "CN=host");
    }
  }

  @Test
  void getsNoByteOfAGuest() throws Exception {
    assertRefused(
        peers(Right.SEND), AllowedPeers.anyTrusted(), "does not send any guest", "CN=host");
  }

  @Test
  void cannotSendAGuestThatItMayNot() throws Exception {
    try (Crossing crossing = crossing(AllowedPeers.anyTrusted(), peers(Right.SEND, "web-*"))) {
      try (Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
        MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(guest));
        assertThat(stayed.code()).isEqualTo(FailureCode.PEER_NOT_TRUSTED);
        assertThat(stayed.reason()).contains("the guest 'writer'");
        assertThat(guest.isRunning()).isTrue();
      }
      assertNothingWasStarted(crossing);
    }
  }

  @Test
  void cannotReceiveAGuestThatItMayNot() throws Exception {
    assertRefused(
        peers(Right.RECEIVE, "db-1", "web-*"),
        AllowedPeers.anyTrusted(),
        "does not send the guest 'writer'");
  }

  @Test
  void isNotMissedWhereBothAreOnEachOthersLists() throws Exception {
    try (Crossing crossing = crossing(peers(Right.RECEIVE, "w*"), peers(Right.SEND, "writer"))) {
      try (Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
        Guests.moved(crossing.move(guest));
      }
      try (Guest arrived = crossing.arrived()) {
        Guests.assertWhole(arrived);
      }
    }
  }

  private static AllowedPeers peers(Right right, String... guests) {
    return AllowedPeers.of(
        List.of(
            new AllowedPeer(
                new Name("LocalHost"),
                Set.of(right),
                List.of(guests).stream().map(GuestNames::new).toList())));
  }

  private static Crossing crossing(AllowedPeers atSource, AllowedPeers atDestination)
      throws Exception {
    TestHost source = TestHost.model();
    TestHost destination = TestHost.model();
    source.peers = atSource;
    destination.peers = atDestination;
    return new Crossing(source, destination);
  }

  private static void assertRefused(
      AllowedPeers atSource, AllowedPeers atDestination, String... words) throws Exception {
    try (Crossing crossing = crossing(atSource, atDestination)) {
      try (Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
        MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(guest));
        assertThat(stayed.code()).isEqualTo(FailureCode.PEER_NOT_TRUSTED);
        assertThat(stayed.reason()).contains(words);
        assertThat(guest.isRunning()).isTrue();
        assertThat(crossing.source.calls.sevCommands(SevCommand.SEND_START.id())).isZero();
        Await.until("the destination says why", () -> !crossing.refusals.isEmpty());
        assertThat(crossing.refusals)
            .extracting(MigrationException::code)
            .containsOnly(FailureCode.PEER_NOT_TRUSTED);
        assertThat(crossing.wire.captured().stream().mapToLong(bytes -> bytes.length).sum())
            .as("handshake, greeting and refusal, and not one page")
            .isLessThan(PseudoRandomWriter.MEASURED_BYTES);
      }
      assertNothingWasStarted(crossing);
    }
  }

  private static void assertNothingWasStarted(Crossing crossing) throws Exception {
    assertThat(crossing.destination.calls.sevCommands(SevCommand.RECEIVE_START.id())).isZero();
    assertThat(crossing.destination.platform.status().guests()).isZero();
    assertThat(crossing.destination.journal.steps()).isEmpty();
    assertThat(crossing.nothingArrived()).isTrue();
  }
}
