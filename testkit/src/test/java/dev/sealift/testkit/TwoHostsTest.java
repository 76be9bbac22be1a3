package dev.sealift.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.vmm.Guest;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@SealiftTest
class TwoHostsTest {
  private static final int SIZE = 8 << 20;

  @Test
  void aGuestGoesThereAndBackAndEveryByteOfItIsProved(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("g", SIZE));

    assertThat(hosts.move(guest)).isInstanceOf(MoveOutcome.Moved.class);
    Guest there = hosts.arrived("g");
    hosts.destination().prove(there);
    assertThat(hosts.theOneThatRuns("g")).isSameAs(there);

    assertThat(hosts.move(there)).isInstanceOf(MoveOutcome.Moved.class);
    Guest back = hosts.theOneThatRuns("g");
    assertThat(hosts.holder(back)).isSameAs(hosts.source());
    assertThat(hosts.source().prove(back).pagesCompared()).isEqualTo(SIZE / 4096);
  }

  @Test
  @Tag("long")
  @SealiftTest(kernel = KernelProfile.EXTENDED)
  void aGuestWhoseRegistersAreEncryptedGoesToo(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("es", SIZE).with(Flag.ES));
    assertThat(hosts.move(guest)).isInstanceOf(MoveOutcome.Moved.class);
    hosts.destination().prove(hosts.theOneThatRuns("es"));
  }

  @Test
  void aLinkThatIsCutIsTakenUpAgain(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("g", SIZE));
    hosts.link().cutAfter(2 << 20);
    assertThat(hosts.move(guest)).isInstanceOf(MoveOutcome.Moved.class);
    hosts.destination().prove(hosts.theOneThatRuns("g"));
  }

  @Test
  @Tag("long")
  void aLinkThatIsSeveredLeavesTheGuestAtItsSource(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("g", SIZE));
    hosts.link().severAfter(2 << 20);
    var options = hosts.options().withResumeLimit(Duration.ZERO);
    assertThat(hosts.move(guest, options, MoveListener.SILENT))
        .isInstanceOf(MoveOutcome.StayedAtSource.class);
    assertThat(hosts.theOneThatRuns("g")).isSameAs(guest);
    hosts.link().mend();
    assertThat(hosts.move(guest)).isInstanceOf(MoveOutcome.Moved.class);
  }

  @Test
  @Tag("long")
  void aFlippedBitIsFoundAndTheGuestStaysOrGoesWhole(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("g", SIZE));
    hosts.link().flipBitAfter(1 << 20);
    hosts.move(guest);
    Guest running = hosts.theOneThatRuns("g");
    hosts.holder(running).prove(running);
  }

  @Test
  void aFaultOfTheProcessorInTheHandOverLeavesTheGuestRunning(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.idle("g", SIZE));
    hosts
        .source()
        .processor()
        .faults()
        .answer(PspCommand.SEND_UPDATE_DATA, 100, FirmwareStatus.HWERROR_PLATFORM);
    MoveOutcome outcome = hosts.move(guest);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            MoveOutcome.StayedAtSource.class,
            stayed -> assertThat(stayed.status()).isEqualTo(FirmwareStatus.HWERROR_PLATFORM));
    assertThat(hosts.theOneThatRuns("g")).isSameAs(guest);
  }

  @Test
  void aFullDiskBeforeThePointOfNoReturnKeepsTheGuestHere(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.idle("g", SIZE));
    hosts.source().journal().fullAt(SourceStep.FINISHING);
    assertThat(hosts.move(guest)).isInstanceOf(MoveOutcome.StayedAtSource.class);
    assertThat(hosts.theOneThatRuns("g")).isSameAs(guest);
  }
}
