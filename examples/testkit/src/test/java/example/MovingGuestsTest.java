package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.testkit.GuestSpec;
import dev.sealift.testkit.SealiftTest;
import dev.sealift.testkit.TwoHosts;
import dev.sealift.vmm.Guest;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

// @start region=example
@SealiftTest
class MovingGuestsTest {
  private static final int MIB = 1 << 20;

  @Test
  void aGuestMovesAndEveryByteOfItIsThere(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("web", 16 * MIB));

    MoveOutcome outcome = hosts.move(guest);

    assertInstanceOf(MoveOutcome.Moved.class, outcome);
    hosts.destination().prove(hosts.arrived("web"));
  }

  @Test
  void whereverTheLinkBreaksExactlyOneGuestRuns(TwoHosts hosts, RandomGenerator random)
      throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("web", 8 * MIB));
    hosts.link().cutAfter(random.nextLong(8 * MIB));

    hosts.move(guest);
    hosts.settle(guest);

    Guest running = hosts.theOneThatRuns("web");
    hosts.holder(running).prove(running);
  }

  @Test
  void aProcessorThatFailsInTheMiddleLeavesTheGuestWhereItIs(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.idle("web", 8 * MIB));
    hosts
        .source()
        .processor()
        .faults()
        .answer(PspCommand.SEND_UPDATE_DATA, 500, FirmwareStatus.HWERROR_PLATFORM);

    var stayed = assertInstanceOf(MoveOutcome.StayedAtSource.class, hosts.move(guest));

    assertEquals(FirmwareStatus.HWERROR_PLATFORM, stayed.status());
    assertSame(guest, hosts.theOneThatRuns("web"));
  }
}
// @end
