package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.BatchReader;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.migration.wire.SharedRange;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.SendSession;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Peers with a good certificate and bad manners. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePeerTest {
  private static final int PAGES = 2048;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Crossing crossing;
  private Guest guest;
  private long moves;

  @BeforeAll
  void launch() throws Exception {
    crossing = new Crossing(TestHost.model(), TestHost.model());
    guest = crossing.source.launch(Guests.PLAN, 0);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    Guests.assertEmpty(crossing.destination);
    assertThat(crossing.nothingArrived()).isTrue();
    Guests.assertGoesOn(guest);
  }

  @AfterAll
  void close() {
    guest.close();
    crossing.close();
  }

  @Test
  void aSourceOfTheFutureHearsWhichVersionsThereAre() throws Exception {
    assertAnswer(
        source -> source.send(new Message.Hello(5, 9, false)),
        FailureCode.NO_COMMON_VERSION,
        "the source speaks versions 5 to 9 of the protocol, the destination 4 to 4");
  }

  @Test
  void whoeverDoesNotBeginWithHelloIsTurnedAway() throws Exception {
    assertAnswer(
        source -> source.send(new Message.Commit(0, 0, 0)), FailureCode.OUT_OF_TURN, "Commit");
  }

  @Test
  void aGuestThatIsNotDescribedIsNotMade() throws Exception {
    assertAnswer(
        source -> {
          greet(source);
          source.send(offer(new byte[] {1, 2, 3}, 0, new byte[128], 1));
        },
        FailureCode.MALFORMED,
        "GUEST");
  }

  @Test
  void aGuestWithTwoPoliciesIsNotMade() throws Exception {
    assertAnswer(
        source -> {
          greet(source);
          source.send(offer(configuration(0), 1, new byte[128], 1));
        },
        FailureCode.MALFORMED,
        "another policy");
  }

  @Test
  void aGuestWhoseSessionWasNotMadeForThisPlatformIsNotReceived() throws Exception {
    assertAnswer(
        source -> {
          greet(source);
          source.send(offer(configuration(0), 0, new byte[128], 1));
        },
        FailureCode.HOST_FAILED,
        "RECEIVE_START");
  }

  @Test
  void aGuestOfWhichPagesAreMissingIsNotPrepared() throws Exception {
    assertAnswer(
        source -> {
          becomeReady(source);
          source.send(new Message.SharedPages(0, new long[] {1}, new byte[4096]));
          source.send(new Message.RoundEnd(0, new int[] {0}, 0, 1));
          source.expect(Message.RoundDone.class);
          sendState(source);
          source.send(new Message.Prepare(1, 0, 1, new byte[32]));
        },
        FailureCode.INCOMPLETE,
        "2047 pages of the guest never came");
  }

  @Test
  void aGuestWhoseManifestIsAnothersIsNotPrepared() throws Exception {
    assertAnswer(
        source -> {
          becomeReady(source);
          for (int first = 0; first < PAGES; first += 64) {
            long[] gfns = LongStream.range(first, first + 64).toArray();
            source.send(new Message.SharedPages(0, gfns, new byte[64 * 4096]));
          }
          source.send(new Message.RoundEnd(0, new int[] {0}, 0, PAGES));
          source.expect(Message.RoundDone.class);
          sendState(source, List.of(new SharedRange(0, PAGES)));
          source.send(new Message.Prepare(1, 0, PAGES, new byte[32]));
        },
        FailureCode.MANIFEST_DIFFERS,
        "has not sent the same pages");
  }

  @Test
  void aSourceThatShowsAnotherPlatformsCredentialsIsNotReceived() throws Exception {
    try (TestHost other = TestHost.model()) {
      assertAnswer(
          source -> {
            greet(source);
            SendSession session = sendStart();
            try {
              source.send(offer(configuration(0), 0, session.session(), 1, other));
            } finally {
              session.cancel();
            }
          },
          FailureCode.HOST_FAILED,
          "RECEIVE_START");
    }
  }

  @Test
  void aSourceWithoutAPlatformIsTurnedAway() throws Exception {
    assertAnswer(
        source -> {
          greet(source);
          source.send(
              new Message.Guest(
                  new MoveId(77, moves++),
                  configuration(0),
                  0,
                  new byte[PlatformCredentials.LEAST_SIZE],
                  new byte[128],
                  1));
        },
        FailureCode.CHAIN_REFUSED,
        "the source's platform certificates are malformed");
  }

  @Test
  void aCommitThatWasNotPreparedRunsNothing() throws Exception {
    assertAnswer(
        source -> {
          becomeReady(source);
          source.send(new Message.Commit(0, 0, 0));
        },
        FailureCode.OUT_OF_TURN,
        "Commit");
  }

  @Test
  void pagesBeyondTheGuestsMemoryAreRefused() throws Exception {
    assertAnswer(
        source -> {
          becomeReady(source);
          source.send(new Message.SharedPages(0, new long[] {2048}, new byte[4096]));
        },
        FailureCode.MALFORMED,
        "the guest has 2048 pages");
  }

  @Test
  void pageStatusBeyondTheGuestsMemoryOrOutOfOrderIsRefused() throws Exception {
    for (List<SharedRange> ranges :
        List.of(
            List.of(new SharedRange(2047, 2)),
            List.of(new SharedRange(4, 2), new SharedRange(5, 1)),
            List.of(new SharedRange(4, 2), new SharedRange(0, 1)))) {
      assertAnswer(
          source -> {
            becomeReady(source);
            source.send(new Message.RoundEnd(0, new int[] {0}, 0, 0));
            source.expect(Message.RoundDone.class);
            source.send(new Message.PageStatus(ranges));
          },
          FailureCode.MALFORMED,
          "PAGE_STATUS");
    }
  }

  @Test
  void pagesAfterTheStateAreOutOfTurn() throws Exception {
    assertAnswer(
        source -> {
          becomeReady(source);
          source.send(new Message.RoundEnd(0, new int[] {0}, 0, 0));
          source.expect(Message.RoundDone.class);
          sendState(source);
          source.send(new Message.SharedPages(1, new long[] {0}, new byte[4096]));
        },
        FailureCode.OUT_OF_TURN,
        "SharedPages");
  }

  @Test
  void moreMovesThanTheDestinationTakesAreTurnedAway() throws Exception {
    var options = new DestinationOptions(1, 16, Long.MAX_VALUE, PATIENCE, PATIENCE);
    try (MigrationDestination busy =
        MigrationDestination.listen(
            crossing.destination.asDestination(), loopback(), options, crossing)) {
      try (ControlConnection first = connect(busy);
          ControlConnection second = connect(busy)) {
        becomeReady(first);
        greet(second);
        second.send(offer(configuration(0), 0, new byte[128], 1));
        assertThatThrownBy(second::receive)
            .isInstanceOfSatisfying(
                MigrationException.class,
                refusal -> {
                  assertThat(refusal.code()).isEqualTo(FailureCode.GUEST_REFUSED);
                  assertThat(refusal).hasMessageContaining("takes 1 guests at a time");
                });
      }
    }
  }

  @Test
  void aDestinationThatAnswersNonsenseGetsNoGuest() throws Exception {
    assertStays((control, listener) -> control.send(new Message.Ready()), FailureCode.OUT_OF_TURN);
    assertStays(
        (control, listener) ->
            control.send(new Message.Welcome(5, true, 1, new byte[PlatformCredentials.LEAST_SIZE])),
        FailureCode.OUT_OF_TURN);
    assertStays(
        (control, listener) ->
            control.send(
                new Message.Welcome(3, true, 1, crossing.destination.credentials().encode())),
        FailureCode.OUT_OF_TURN);
    assertStays(
        (control, listener) ->
            control.send(
                new Message.Welcome(
                    Protocol.HIGHEST_VERSION, true, 1, new byte[PlatformCredentials.LEAST_SIZE])),
        FailureCode.CHAIN_REFUSED);
  }

  @Test
  void aDestinationThatTurnsSilentLosesTheGuestBackToTheSource() throws Exception {
    assertStays(
        (control, listener) -> {
          control.send(welcome());
          control.expect(Message.Guest.class);
        },
        FailureCode.TIMED_OUT);
  }

  @Test
  void aDestinationThatClaimsARoundThatWasNotSentGetsNoGuest() throws Exception {
    assertStays(
        (control, listener) -> {
          control.send(welcome());
          Message.Guest offer = control.expect(Message.Guest.class);
          try (DataGate gate = listener.expect(control, offer.move(), 1);
              Arena arena = Arena.ofShared()) {
            control.send(new Message.Ready());
            control.send(new Message.RoundDone(5));
            var slots = new PacketSlots(arena.allocate(PacketSlots.bytes(1024), 4096), 1024);
            BatchReader reader = gate.await(0, slots, new Manifest(1), PATIENCE);
            while (reader.next().isPresent()) {
              control.heard();
            }
          }
        },
        FailureCode.OUT_OF_TURN);
  }

  @Test
  void aDestinationWithAnotherManifestGetsNoGuest() throws Exception {
    MoveOutcome.StayedAtSource stayed =
        deceived((control, listener) -> {
          control.send(welcome());
          Message.Guest offer = control.expect(Message.Guest.class);
          try (DataGate gate = listener.expect(control, offer.move(), 1);
              Arena arena = Arena.ofShared()) {
            control.send(new Message.Ready());
            var slots = new PacketSlots(arena.allocate(PacketSlots.bytes(1024), 4096), 1024);
            BatchReader reader = gate.await(0, slots, new Manifest(1), PATIENCE);
            Thread.ofVirtual().start(() -> readAll(reader));
            while (true) {
              Message message = control.receive();
              if (message instanceof Message.RoundEnd end) {
                control.send(new Message.RoundDone(end.round()));
              } else if (message instanceof Message.Prepare) {
                control.send(new Message.Prepared(new byte[32]));
              }
            }
          }
        });
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.MANIFEST_DIFFERS);
    assertThat(stayed.reason()).contains("has not seen the same pages");
  }

  private static void readAll(BatchReader reader) {
    try {
      while (reader.next().isPresent()) {
        // Nothing is kept.
      }
    } catch (MigrationException over) {
      // The source has had enough.
    }
  }

  private interface Conversation {
    void hold(ControlConnection control) throws Exception;
  }

  private interface Deception {
    void hold(ControlConnection control, Listener listener) throws Exception;
  }

  /** A source says something, and the destination answers with an ABORT. */
  private void assertAnswer(Conversation conversation, FailureCode code, String words)
      throws Exception {
    try (ControlConnection source = connect(crossing.listening)) {
      conversation.hold(source);
      MigrationException answer = null;
      try {
        Message message = source.receive();
        assertThat(message).as("an ABORT").isNull();
      } catch (MigrationException abort) {
        answer = abort;
      }
      assertThat(answer).isNotNull();
      assertThat(answer.fromPeer()).as(answer.sentence()).isTrue();
      assertThat(answer.code()).as(answer.sentence()).isEqualTo(code);
      assertThat(answer.sentence()).contains(words).doesNotContain("Exception");
    }
  }

  /** A destination says something, and the guest stays at the source. */
  private void assertStays(Deception deception, FailureCode code) throws Exception {
    MoveOutcome.StayedAtSource stayed = deceived(deception);
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(code);
    assertThat(stayed.report().rounds()).isEmpty();
  }

  private MoveOutcome.StayedAtSource deceived(Deception deception) throws Exception {
    MoveOutcome.StayedAtSource stayed;
    try (Listener listener = Listener.open(loopback(), crossing.destination.identity, PATIENCE)) {
      listener.start(control -> {
        try (control) {
          control.expect(Message.Hello.class);
          deception.hold(control, listener);
          while (true) {
            control.receive();
          }
        } catch (Exception over) {
          // The source has had enough.
        }
      });
      stayed =
          Guests.stayed(
              new MigrationSource(crossing.source.asSource())
                  .move(
                      guest,
                      listener.address(),
                      Crossing.OPTIONS.withTimeout(Duration.ofMillis(1000)),
                      MoveListener.SILENT));
    }
    Guests.assertGoesOn(guest);
    return stayed;
  }

  private ControlConnection connect(MigrationDestination to) throws MigrationException {
    return ControlConnection.connect(crossing.source.identity, to.address(), PATIENCE);
  }

  private static void greet(ControlConnection source) throws Exception {
    source.send(new Message.Hello(Protocol.LOWEST_VERSION, Protocol.HIGHEST_VERSION, true));
    source.expect(Message.Welcome.class);
  }

  /** Goes as far as READY with a session of the true source's. */
  private void becomeReady(ControlConnection source) throws Exception {
    greet(source);
    SendSession session = sendStart();
    try {
      source.send(offer(configuration(0), 0, session.session(), 1));
      source.expect(Message.Ready.class);
    } finally {
      session.cancel();
    }
  }

  private SendSession sendStart() throws Exception {
    return guest
        .sev()
        .sendStart(
            crossing.destination.chain.pdh().bytes(),
            crossing.destination.chain.platformCertificates(),
            crossing.destination.chain.amdCertificates());
  }

  private void sendState(ControlConnection source) throws Exception {
    sendState(source, List.of());
  }

  private void sendState(ControlConnection source, List<SharedRange> shared) throws Exception {
    source.send(new Message.PageStatus(shared));
    guest.pause();
    try {
      source.send(new Message.VcpuState(0, guest.vcpu().save().encode()));
    } finally {
      guest.resume();
    }
  }

  private Message.Guest offer(byte[] configuration, int policy, byte[] session, int connections)
      throws Exception {
    return offer(configuration, policy, session, connections, crossing.source);
  }

  private Message.Guest offer(
      byte[] configuration, int policy, byte[] session, int connections, TestHost shown)
      throws Exception {
    return new Message.Guest(
        new MoveId(77, moves++),
        configuration,
        policy,
        shown.credentials().encode(),
        session,
        connections);
  }

  private static byte[] configuration(int policy) {
    return new GuestConfiguration("guest", 8 << 20, policy, "").encode();
  }

  private Message.Welcome welcome() throws Exception {
    return new Message.Welcome(
        Protocol.HIGHEST_VERSION, true, 1, crossing.destination.credentials().encode());
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
