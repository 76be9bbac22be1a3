package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmsaPacket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A guest whose registers are encrypted goes to another host, and nobody sees them on the way. */
class SevEsMoveTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static TestHost extended() throws Exception {
    return TestHost.model(KernelProfile.EXTENDED);
  }

  @Test
  void runsOnAtTheDestinationWithItsRegistersAndEveryByteOfItsMemory() throws Exception {
    try (Crossing crossing = new Crossing(extended(), extended())) {
      try (Guest guest = SevEsGuests.launch(crossing.source)) {
        long before = SevEsGuests.steps(guest);

        Guests.moved(crossing.move(guest));

        try (Guest arrived = crossing.arrived()) {
          assertThat(SevEsGuests.steps(arrived)).as("steps it has done").isGreaterThan(before);
          Guests.assertWhole(arrived);
        }
        assertThat(crossing.source.calls.sevCommands(SevCommand.SEND_UPDATE_VMSA.id()))
            .isEqualTo(1);
        assertThat(crossing.destination.calls.sevCommands(SevCommand.RECEIVE_UPDATE_VMSA.id()))
            .isEqualTo(1);
      }
    }
  }

  @Test
  void showsItsRegistersToNobodyOnTheWayAndToNeitherHost() throws Exception {
    try (Crossing crossing = new Crossing(extended(), extended())) {
      crossing.source.calls.watch();
      crossing.destination.calls.watch();
      try (Guest guest = SevEsGuests.launch(crossing.source)) {
        Guests.moved(crossing.move(guest));
        Guest arrived = crossing.arrived();
        RegisterSearch search = RegisterSearch.upTo(SevEsGuests.steps(arrived));
        arrived.close();

        assertThat(search.states()).isPositive();
        assertThat(crossing.wire.captured()).allSatisfy(bytes -> assertUnseen(search, bytes));
        assertThat(crossing.source.calls.contents())
            .allSatisfy(bytes -> assertUnseen(search, bytes));
        assertThat(crossing.destination.calls.contents())
            .allSatisfy(bytes -> assertUnseen(search, bytes));
      }
    }
  }

  @Test
  void differsInThisFromAGuestWhoseRegistersTheHostReads() throws Exception {
    try (Crossing crossing = new Crossing(extended(), extended());
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      assertThat(SevEsGuests.steps(guest)).as("steps it has done").isPositive();
      RegisterSearch search = RegisterSearch.upTo(Guests.steps(guest));

      assertThat(crossing.source.calls.contents())
          .as("the same search finds them here")
          .anySatisfy(bytes -> assertThat(search.findIn(bytes)).isPresent());
    }
  }

  @Test
  void staysAndRunsOnWhenABitOfItsSealedRegistersWasFlipped() throws Exception {
    try (Crossing crossing = new Crossing(extended(), extended());
        Guest guest = SevEsGuests.launch(crossing.source)) {
      crossing.source.calls.tamperWithVmsa(0x330);

      MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(guest));

      assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.PACKET_REFUSED);
      assertThat(stayed.status()).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
      assertThat(stayed.reason()).contains("the registers of vCPU 0", "changed on its way");
      SevEsGuests.assertGoesOn(guest);
      Guests.assertEmpty(crossing.destination);
      assertThat(crossing.nothingArrived()).isTrue();
    }
  }

  @Test
  void movesOnAndBackAgain() throws Exception {
    TestHost here = extended();
    TestHost there = extended();
    try (Crossing forth = new Crossing(here, there);
        Crossing back = new Crossing(there, here)) {
      try (Guest guest = SevEsGuests.launch(here)) {
        Guests.moved(forth.move(guest));
      }
      try (Guest away = forth.arrived()) {
        Guests.moved(back.move(away));
      }
      try (Guest home = back.arrived()) {
        Guests.assertWhole(home);
      }
    }
  }

  @Test
  void staysOnAMainlineKernelWhichExplainsWhy() throws Exception {
    try (Crossing crossing = new Crossing(TestHost.model(), extended());
        Guest guest = SevEsGuests.launch(crossing.source)) {
      MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(guest));

      assertThat(stayed.code()).isEqualTo(FailureCode.POLICY_REFUSED);
      assertThat(stayed.reason())
          .contains("ES", "mainline Linux", "SEND_UPDATE_VMSA", "launch a guest", "without ES");
      assertThat(crossing.wire.bytesFromSource()).as("nobody was even called").isZero();
      SevEsGuests.assertGoesOn(guest);
    }
  }

  @Test
  void isRefusedByADestinationWithAMainlineKernel() throws Exception {
    try (Crossing crossing = new Crossing(extended(), TestHost.model());
        Guest guest = SevEsGuests.launch(crossing.source)) {
      assertRefused(crossing, guest, "mainline Linux", "RECEIVE_UPDATE_VMSA");
    }
  }

  @Test
  void isRefusedByADestinationWhoseHostCouldReadRegisters() throws Exception {
    try (Crossing crossing = new Crossing(extended(), TestHost.kvm());
        Guest guest = SevEsGuests.launch(crossing.source)) {
      assertRefused(crossing, guest, "KVM_SEV_ES_INIT", "launch the guest without ES");
    }
  }

  private static void assertRefused(Crossing crossing, Guest guest, String... words)
      throws Exception {
    MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(guest));

    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.GUEST_REFUSED);
    assertThat(stayed.reason()).contains(words);
    assertThat(crossing.wire.batches()).as("batches that left").isZero();
    SevEsGuests.assertGoesOn(guest);
    Guests.assertEmpty(crossing.destination);
  }

  /** A source with a good certificate that does not know how registers travel. */
  private interface Conversation {
    void hold(ControlConnection source, SendSession session) throws Exception;
  }

  private static void assertAnswer(Conversation conversation, FailureCode code, String words)
      throws Exception {
    try (Crossing crossing = new Crossing(extended(), extended());
        Guest guest = SevEsGuests.launch(crossing.source)) {
      SendSession session =
          guest
              .sev()
              .sendStart(
                  crossing.destination.chain.pdh().bytes(),
                  crossing.destination.chain.platformCertificates(),
                  crossing.destination.chain.amdCertificates());
      guest.pause();
      try (ControlConnection source =
          ControlConnection.connect(
              crossing.source.identity, crossing.listening.address(), PATIENCE)) {
        offer(source, crossing, guest, session);
        conversation.hold(source, session);
        MigrationException answer = null;
        try {
          assertThat(source.receive()).as("an ABORT").isNull();
        } catch (MigrationException abort) {
          answer = abort;
        }
        assertThat(answer).isNotNull();
        assertThat(answer.code()).as(answer.sentence()).isEqualTo(code);
        assertThat(answer.sentence()).contains(words).doesNotContain("Exception");
      }
      Guests.assertEmpty(crossing.destination);
    }
  }

  /** As far as the pages: one of them comes, in one round. */
  private static void offer(
      ControlConnection source, Crossing crossing, Guest guest, SendSession session)
      throws Exception {
    source.send(new Message.Hello(Protocol.LOWEST_VERSION, Protocol.HIGHEST_VERSION, true));
    assertThat(source.expect(Message.Welcome.class).version()).isEqualTo(Protocol.HIGHEST_VERSION);
    source.send(
        new Message.Guest(
            new MoveId(7, 7),
            guest.configuration().encode(),
            SevEsGuests.POLICY.word(),
            crossing.source.credentials().encode(),
            session.session(),
            1));
    source.expect(Message.Ready.class);
    source.send(new Message.SharedPages(0, new long[] {1}, new byte[4096]));
    source.send(new Message.RoundEnd(0, new int[] {0}, 0, 1));
    source.expect(Message.RoundDone.class);
    source.send(new Message.PageStatus(List.of()));
  }

  private static byte[] stateInTheClear() throws Exception {
    try (TestHost host = TestHost.model();
        Guest plain = host.launch(Guests.PLAN, 0)) {
      plain.pause();
      return plain.vcpu().save().encode();
    }
  }

  private static Message.VcpuVmsa sealed(SendSession session) throws Exception {
    VmsaPacket packet = session.updateVmsa(0);
    return new Message.VcpuVmsa(0, packet.header(), packet.ciphertext());
  }

  @Test
  void comesWithSealedRegistersFirst() throws Exception {
    byte[] state = stateInTheClear();
    assertAnswer(
        (source, session) -> source.send(new Message.VcpuState(0, state)),
        FailureCode.OUT_OF_TURN,
        "VcpuState");
  }

  @Test
  void comesWithNoRegistersInTheClear() throws Exception {
    byte[] state = stateInTheClear();
    assertAnswer(
        (source, session) -> {
          source.send(sealed(session));
          source.send(new Message.VcpuState(0, state));
        },
        FailureCode.MALFORMED,
        "in the clear");
  }

  @Test
  void comesWithItsRegistersOnce() throws Exception {
    assertAnswer(
        (source, session) -> {
          source.send(sealed(session));
          source.send(sealed(session));
        },
        FailureCode.OUT_OF_TURN,
        "VcpuVmsa");
  }

  @Test
  void hasOneVcpu() throws Exception {
    assertAnswer(
        (source, session) -> source.send(new Message.VcpuVmsa(1, new byte[52], new byte[4096])),
        FailureCode.MALFORMED,
        "one vCPU");
  }

  @Test
  void isNotPreparedWithoutItsRegisters() throws Exception {
    assertAnswer(
        (source, session) -> source.send(new Message.Prepare(1, 0, 1, new byte[32])),
        FailureCode.OUT_OF_TURN,
        "Prepare");
  }

  private static void assertUnseen(RegisterSearch search, byte[] bytes) {
    assertThat(search.findIn(bytes)).isEmpty();
  }
}
