package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.Side;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that comes to a host whose guests outlive its process. */
class KeptArrivalTest {
  private TestHost source;
  private TestHost destination;
  private Guest guest;

  @BeforeEach
  void launch() throws Exception {
    source = TestHost.model();
    destination = TestHost.model();
    guest = source.launch(Guests.PLAN, 0);
  }

  @AfterEach
  void close() {
    guest.close();
    source.close();
    destination.close();
  }

  @Test
  void isKeptOnlyOnceItsMoveIsInTheJournal() throws Exception {
    List<Object> stepsWhenKept = new CopyOnWriteArrayList<>();
    MoveOutcome outcome =
        move((move, kept) ->
            stepsWhenKept.add(
                destination
                    .journal
                    .find(move, Side.DESTINATION)
                    .map(entry -> (Object) entry.step())
                    .orElse("a host that is killed now finds a guest that is in no journal")));

    Guests.moved(outcome);
    assertThat(stepsWhenKept).containsExactly(DestinationStep.RECEIVING);
  }

  @Test
  void thatCannotBeKeptStaysWhereItWas() throws Exception {
    MoveOutcome outcome =
        move((move, kept) -> {
          throw new VmmException("keep", "the store is full");
        });

    MoveOutcome.StayedAtSource stayed = Guests.stayed(outcome);
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.GUEST_REFUSED);
    assertThat(stayed.reason()).contains("cannot keep the guest", "the store is full");
    Guests.assertGoesOn(guest);
    Guests.assertEmpty(destination);
    assertThat(destination.journal.steps()).last().isEqualTo(DestinationStep.TORN_DOWN);
  }

  private interface Keeper {
    void keep(MoveId move, Guest guest) throws VmmException;
  }

  private MoveOutcome move(Keeper keeper) throws Exception {
    GuestFactory keeping =
        new GuestFactory() {
          @Override
          public Guest create(GuestConfiguration configuration) throws VmmException {
            return destination.create(configuration);
          }

          @Override
          public void keep(MoveId move, Guest kept) throws VmmException {
            keeper.keep(move, kept);
          }
        };
    DestinationHost plain = destination.asDestination();
    var host =
        new DestinationHost(
            plain.platform(),
            plain.chain(),
            plain.identity(),
            plain.peers(),
            plain.policy(),
            keeping,
            plain.journal(),
            plain.ownership(),
            plain.emulated());
    List<Guest> arrived = new CopyOnWriteArrayList<>();
    ArrivalListener arrivals =
        new ArrivalListener() {
          @Override
          public void arrived(MoveId move, Guest here) {
            arrived.add(here);
          }

          @Override
          public void refused(MigrationException reason) {}
        };
    try (MigrationDestination listening =
        MigrationDestination.listen(
            host,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            DestinationOptions.DEFAULT,
            arrivals)) {
      return new MigrationSource(source.asSource())
          .move(guest, listening.address(), Crossing.OPTIONS, MoveListener.SILENT);
    } finally {
      arrived.forEach(Guest::close);
    }
  }
}
