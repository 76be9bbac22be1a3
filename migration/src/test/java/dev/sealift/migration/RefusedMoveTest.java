package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.vmm.Guest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Moves that must not be: they are refused in a sentence, before any page has left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedMoveTest {
  private Crossing crossing;
  private Guest guest;

  @BeforeAll
  void launch() throws Exception {
    crossing = new Crossing(TestHost.model(), TestHost.model(TestHost.ROOT, new ApiVersion(1, 40)));
    guest = crossing.source.launch(Guests.PLAN, 0);
  }

  @AfterAll
  void close() {
    guest.close();
    crossing.close();
  }

  @Test
  void aGuestThatMayNotBeSentStaysAndTheSentenceSaysWhy() throws Exception {
    try (Guest bound = launch(GuestPolicy.of(GuestPolicy.Flag.NOSEND))) {
      assertStays(bound, FailureCode.POLICY_REFUSED, "NOSEND");
    }
  }

  @Test
  void aGuestThatAsksForNewerFirmwareThanTheDestinationsStays() throws Exception {
    try (Guest demanding = launch(GuestPolicy.of().withMinimumApi(1, 50))) {
      assertStays(demanding, FailureCode.POLICY_REFUSED, "API 1.50 or later", "has 1.40");
    }
  }

  @Test
  void aGuestThatStaysWithOneOwnerDoesNotGoToAnothers() throws Exception {
    try (Guest owned = launch(GuestPolicy.of(GuestPolicy.Flag.DOMAIN))) {
      assertStays(owned, FailureCode.POLICY_REFUSED, "DOMAIN", "another owner");
    }
  }

  @Test
  void aDestinationUnderAnotherRootIsRefused() throws Exception {
    assertStays(
        guest,
        crossing.source.asSource(MovePolicy.trusting(RootOfTrust.of(Generation.MILAN))),
        FailureCode.CHAIN_REFUSED,
        "Milan");
  }

  @Test
  void aSourceWithoutACertificateGetsNothing() throws Exception {
    assertStays(
        guest,
        withIdentity(TestHost.AUTHORITY.stranger()),
        FailureCode.PEER_NOT_TRUSTED,
        "certificate");
    assertThat(crossing.refusals).noneMatch(refusal -> refusal.code() == FailureCode.OUT_OF_TURN);
  }

  @Test
  void aSourceOfAnotherAuthorityGetsNothing() throws Exception {
    assertStays(
        guest,
        withIdentity(Identities.authority("others").host("source")),
        FailureCode.PEER_NOT_TRUSTED,
        "certificate");
  }

  @Test
  void aSourceThatTheDestinationsPolicyDoesNotAllowCanStartNothing() throws Exception {
    DestinationHost choosy =
        crossing.destination.asDestination(MovePolicy.trusting(RootOfTrust.of(Generation.GENOA)));
    try (MigrationDestination listening =
        MigrationDestination.listen(
            choosy,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            DestinationOptions.DEFAULT,
            crossing)) {
      MoveOutcome.StayedAtSource stayed =
          Guests.stayed(
              new MigrationSource(crossing.source.asSource())
                  .move(guest, listening.address(), Crossing.OPTIONS, MoveListener.SILENT));
      assertThat(stayed.code()).isEqualTo(FailureCode.CHAIN_REFUSED);
      assertThat(stayed.reason()).contains("the source's platform is not one of AMD Genoa");
      Guests.assertGoesOn(guest);
      Guests.assertEmpty(crossing.destination);
    }
  }

  @Test
  void whatTheHostsPolicyAsksForCountsWhateverTheGuestsSays() throws Exception {
    MovePolicy policy = MovePolicy.trusting(TestHost.ROOT.root());
    assertStays(
        guest,
        crossing.source.asSource(policy.withMinimumApi(new ApiVersion(1, 41))),
        FailureCode.POLICY_REFUSED,
        "this host asks for firmware API 1.41",
        "the destination has 1.40");
    assertStays(
        guest,
        crossing.source.asSource(policy.withSameOwner()),
        FailureCode.POLICY_REFUSED,
        "another owner");
    assertStays(
        guest,
        crossing.source.asSource(policy.withChip("0".repeat(64))),
        FailureCode.POLICY_REFUSED,
        "on this host's list");
  }

  @Test
  void aGuestTooLargeForTheDestinationStays() throws Exception {
    try (MigrationDestination small =
        MigrationDestination.listen(
            crossing.destination.asDestination(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            DestinationOptions.DEFAULT.withMaxGuestBytes(4 << 20),
            crossing)) {
      MoveOutcome.StayedAtSource stayed =
          Guests.stayed(
              new MigrationSource(crossing.source.asSource())
                  .move(guest, small.address(), Crossing.OPTIONS, MoveListener.SILENT));
      assertThat(stayed.code()).isEqualTo(FailureCode.GUEST_REFUSED);
      assertThat(stayed.reason()).contains("8 MiB", "up to 4 MiB");
      Guests.assertGoesOn(guest);
    }
  }

  @Test
  void aDestinationThatIsNotThereIsSaidSo() throws Exception {
    for (InetSocketAddress nobody :
        new InetSocketAddress[] {
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
          InetSocketAddress.createUnresolved("nowhere.invalid", 1)
        }) {
      MoveOutcome.StayedAtSource stayed =
          Guests.stayed(
              new MigrationSource(crossing.source.asSource())
                  .move(guest, nobody, Crossing.OPTIONS, MoveListener.SILENT));
      assertThat(stayed.code()).isEqualTo(FailureCode.LINK_LOST);
      Guests.assertGoesOn(guest);
    }
  }

  private Guest launch(GuestPolicy policy) throws Exception {
    return crossing.source.launch(Guests.PLAN, policy.word());
  }

  private SourceHost withIdentity(SSLContext identity) {
    SourceHost source = crossing.source.asSource();
    return new SourceHost(
        source.platform(),
        source.chain(),
        identity,
        source.peers(),
        source.policy(),
        source.journal(),
        source.ownership(),
        true);
  }

  private void assertStays(Guest staying, FailureCode code, String... words) throws Exception {
    assertStays(staying, crossing.source.asSource(), code, words);
  }

  private void assertStays(Guest staying, SourceHost source, FailureCode code, String... words)
      throws Exception {
    int before = crossing.source.journal.steps().size();
    MoveOutcome.StayedAtSource stayed =
        Guests.stayed(
            new MigrationSource(source)
                .move(staying, crossing.wire.address(), Crossing.OPTIONS, MoveListener.SILENT));
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(code);
    assertThat(stayed.reason()).contains(words).doesNotContain("Exception");
    assertThat(stayed.report().rounds()).isEmpty();
    assertThat(crossing.wire.batches()).as("batches that left").isZero();
    assertThat(crossing.source.journal.steps().stream().skip(before))
        .doesNotContain(SourceStep.SENDING);
    Guests.assertGoesOn(staying);
    Guests.assertEmpty(crossing.destination);
  }
}
