package dev.sealift.vmm.adopt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.PortDevice;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.Vcpu;
import dev.sealift.vmm.VmmException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("An adopted guest")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdoptedGuestTest {
  private static final String NAME = "guest-1";

  private final Machine machine = new Machine();
  private final Host host = machine.host();
  private final MortalVmm first = machine.vmm();
  private SevPlatform firstPlatform;
  private SevPlatform platform;

  @BeforeEach
  void open() throws Exception {
    firstPlatform = SevPlatform.open(first.host());
    platform = SevPlatform.open(host);
  }

  @AfterEach
  void close() {
    platform.close();
  }

  private Guest launch(SevMode mode) throws Exception {
    return TurningGuest.launch(first.host(), firstPlatform, mode, NAME);
  }

  private Guest running(SevMode mode) throws Exception {
    Guest guest = launch(mode);
    Reports reports = Reports.attach(guest);
    guest.run();
    reports.awaitAfter(0, first::isDead);
    return guest;
  }

  private Guest adopt() throws Exception {
    first.kill();
    return Guest.adopt(host, platform, NAME);
  }

  private static void assertGoesOn(Guest guest) throws Exception {
    Reports reports = Reports.attach(guest);
    guest.run();
    reports.awaitAfter(reports.awaitAfter(0, () -> false) + 1, () -> false);
    guest.pause();
  }

  @Test
  void isNotToBeHadWhereTheHostKeepsNothing() throws Exception {
    Host forgetful = new Host(host.calls(), host.signals());
    assertThat(host.keeps()).isTrue();
    assertThat(forgetful.keeps()).isFalse();
    try (Guest guest = Guest.create(forgetful, platform, TurningGuest.configuration(SevMode.SEV))) {
      assertThatThrownBy(() -> guest.keep(NAME))
          .isInstanceOf(VmmException.class)
          .hasMessage(
              "This host keeps nothing beyond the end of a process, and a guest ends with its VMM:"
                  + " use a host in a process of its own.");
    }
    assertThat(Guest.kept(forgetful)).isEmpty();
    assertThatThrownBy(() -> Guest.adopt(forgetful, platform, NAME))
        .hasMessageStartingWith("This host keeps nothing");
  }

  @Test
  void isOneThatTheHostKeeps() {
    assertThatThrownBy(() -> Guest.adopt(host, platform, "nobody"))
        .isInstanceOf(VmmException.class)
        .hasMessage("This host keeps no guest \"nobody\": ask it which it keeps.");
    assertThatThrownBy(() -> Guest.discard(host, "nobody")).isInstanceOf(VmmException.class);
  }

  @Test
  void isReadyIfItWasNeverStarted() throws Exception {
    Guest left = launch(SevMode.SEV);
    try (Guest guest = adopt()) {
      assertThat(guest.configuration()).isEqualTo(left.configuration());
      assertThat(guest.vcpu().state()).isEqualTo(new Vcpu.State.Ready());
      assertThat(guest.isMeantToRun()).isFalse();
      assertGoesOn(guest);
    }
  }

  @ParameterizedTest
  @EnumSource(SevMode.class)
  void standsStillAndSaysThatItRan(SevMode mode) throws Exception {
    running(mode);
    try (Guest guest = adopt()) {
      assertThat(guest.vcpu().state()).isEqualTo(new Vcpu.State.Paused());
      assertThat(guest.isMeantToRun()).isTrue();
      assertGoesOn(guest);
    }
    assertThat(Guest.kept(host)).isEmpty();
    assertThat(machine.guests()).isZero();
  }

  @Test
  void standsStillAndSaysThatItWasPaused() throws Exception {
    running(SevMode.SEV).pause();
    try (Guest guest = adopt()) {
      assertThat(guest.vcpu().state()).isEqualTo(new Vcpu.State.Paused());
      assertThat(guest.isMeantToRun()).isFalse();
      long steps = guest.vcpu().registers().r8();
      assertThat(guest.vcpu().save().hasRegisters()).isTrue();
      assertThat(steps).isPositive();
      assertGoesOn(guest);
    }
  }

  @Test
  void canBeLookedIntoBeforeItGoesOn() throws Exception {
    running(SevMode.SEV);
    try (Guest guest = adopt()) {
      Reports.attach(guest);
      long round = guest.vcpu().registers().r8();
      assertThat(guest.vcpu().registers().r8()).as("it stands still").isEqualTo(round);
      assertThat(guest.isMeantToRun()).as("looking changes nothing").isTrue();
      guest.pause();
      assertThat(guest.isMeantToRun()).isFalse();
      assertGoesOn(guest);
    }
  }

  @Test
  void canBeLeftAndAdoptedAgainAndAgain() throws Exception {
    running(SevMode.SEV);
    first.kill();
    long round = 0;
    for (int i = 0; i < 5; i++) {
      MortalVmm next = machine.vmm();
      Guest guest = Guest.adopt(next.host(), SevPlatform.open(next.host()), NAME);
      Reports reports = Reports.attach(guest);
      guest.run();
      round = reports.awaitAfter(round, next::isDead);
      next.kill();
    }
    try (Guest guest = Guest.adopt(host, platform, NAME)) {
      assertGoesOn(guest);
    }
  }

  /** The kernel hears of the end of a process a moment late: its KVM_RUN is still under way. */
  @Test
  void goesOnThoughItIsStillInKvmRunForTheVmmThatIsGone() throws Exception {
    running(SevMode.SEV);
    machine.turning.whileItRuns(first::vanish);
    long round = 0;
    for (int i = 0; i < 10; i++) {
      MortalVmm next = machine.vmm();
      Guest guest = Guest.adopt(next.host(), SevPlatform.open(next.host()), NAME);
      Reports reports = Reports.attach(guest);
      guest.run();
      round = reports.awaitAfter(round, next::isDead);
      machine.turning.whileItRuns(next::vanish);
    }
    try (Guest guest = Guest.adopt(host, platform, NAME)) {
      assertGoesOn(guest);
    }
  }

  @Test
  void neverRunsAgainIfItWasStopped() throws Exception {
    running(SevMode.SEV).vcpu().stop();
    try (Guest guest = adopt()) {
      assertThat(guest.vcpu().state()).isEqualTo(new Vcpu.State.Stopped());
      assertThatThrownBy(guest::run).isInstanceOf(IllegalStateException.class);
    }
  }

  private static void runToTheEnd(Guest guest) {
    try {
      guest.run();
    } catch (VmmException alreadyEnded) {
      assertThat(guest.vcpu().failure()).isPresent();
    }
    while (guest.vcpu().failure().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void endsAsItEndedUnderTheVmmThatIsGone() throws Exception {
    Guest left = launch(SevMode.SEV);
    // Nobody gives it its orders.
    runToTheEnd(left);
    try (Guest guest = adopt()) {
      assertThatThrownBy(guest::pause).hasMessageContaining(left.vcpu().failure().get());
      assertThat(guest.vcpu().failure()).isEqualTo(left.vcpu().failure());
    }
  }

  @Test
  void hearsOfAWriteThatNobodyServed() throws Exception {
    Guest left = launch(SevMode.SEV);
    left.machine().ports().attach(GuestPorts.PROGRESS, new Deadly(first));
    runToTheEnd(left);
    try (Guest guest = adopt()) {
      Reports reports = Reports.attach(guest);
      guest.pause();
      assertThat(reports.round()).isEqualTo(1);
    }
  }

  /** A device in the midst of whose work the VMM is killed. */
  private record Deadly(MortalVmm vmm) implements PortDevice {
    @Override
    public int read() {
      return 0;
    }

    @Override
    public void write(int value) {
      vmm.die();
      throw new MortalVmm.Killed();
    }
  }

  @Test
  void hasItsDirtyLogAsItWas() throws Exception {
    Guest left = running(SevMode.SEV);
    left.pause();
    left.dirtyLog().start();
    left.resume();
    long round = Reports.attach(left).awaitAfter(0, first::isDead);
    Reports.attach(left).awaitAfter(round + 1, first::isDead);
    left.pause();
    PageSet exchange = new PageSet(TurningGuest.PAGES);
    exchange.addRange(16, 8);
    try (Guest guest = adopt()) {
      assertThat(guest.dirtyLog().isOn()).isTrue();
      assertThat(guest.dirtyLog().fetchAndClear()).isEqualTo(exchange);
      assertGoesOn(guest);
      guest.dirtyLog().start();
      assertThat(guest.dirtyLog().fetchAndClear().isEmpty()).as("begun anew").isTrue();
      guest.dirtyLog().stop();
      assertThat(guest.dirtyLog().isOn()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(SevMode.class)
  void thatWasBeingSentStaysWhenThatIsCancelled(SevMode mode) throws Exception {
    Guest left = running(mode);
    SendSession begun = Transfer.offer(left, firstPlatform);
    try (Guest guest = adopt()) {
      SendSession sending = guest.sev().sending();
      assertThat(sending.policy()).isEqualTo(begun.policy());
      assertThatThrownBy(sending::session).isInstanceOf(IllegalStateException.class);
      sending.cancel();
      assertThat(guest.sev().status().state()).isEqualTo(GuestState.RUNNING);
      assertGoesOn(guest);
      assertThatThrownBy(() -> guest.sev().sending())
          .isInstanceOf(VmmException.class)
          .hasMessage(
              "There is no session to take up: the guest is in state RUNNING, in which SEND_START"
                  + " is legal.");
    }
  }

  @ParameterizedTest
  @EnumSource(SevMode.class)
  void thatWasBeingReceivedIsReceivedToTheEnd(SevMode mode) throws Exception {
    Machine source = new Machine();
    Host sourceHost = source.host();
    try (SevPlatform sourcePlatform = SevPlatform.open(sourceHost);
        Guest sent = TurningGuest.launch(sourceHost, sourcePlatform, mode, NAME)) {
      Reports reports = Reports.attach(sent);
      sent.run();
      long round = reports.awaitAfter(2, () -> false);
      sent.pause();
      SendSession sending = Transfer.offer(sent, firstPlatform);
      Guest begun = Guest.create(first.host(), firstPlatform, TurningGuest.configuration(mode));
      begun.keep(NAME);
      ReceiveSession receivingThen = Transfer.accept(begun, sending, sourcePlatform);
      Transfer.pages(sent, sending, begun, receivingThen, 0, TurningGuest.PAGES / 2);
      try (Guest guest = adopt()) {
        assertThat(guest.vcpu().state()).isEqualTo(new Vcpu.State.Ready());
        assertThatThrownBy(() -> guest.sev().sending())
            .hasMessageContaining("in which RECEIVE_UPDATE_DATA and RECEIVE_FINISH are legal");
        ReceiveSession receiving = guest.sev().receiving();
        Transfer.pages(sent, sending, guest, receiving, TurningGuest.PAGES / 2, TurningGuest.PAGES);
        Transfer.rest(sent, sending, guest, receiving);
        Reports there = Reports.attach(guest);
        guest.run();
        there.awaitAfter(round + 1, () -> false);
      }
    }
    assertThat(source.guests()).isZero();
    assertThat(machine.guests()).isZero();
  }

  @Test
  void hasTheLastNameThatItWasGiven() throws Exception {
    Guest left = launch(SevMode.SEV);
    left.keep("guest-2");
    assertThat(Guest.kept(host)).containsExactly("guest-2");
    assertThatThrownBy(() -> left.keep("x".repeat(DescriptorStore.MOST_NAME + 1)))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("EINVAL");
    assertThat(Guest.kept(host)).containsExactly("guest-2");
    left.close();
    assertThat(Guest.kept(host)).isEmpty();
  }

  @Test
  void saysWhatItsVmmKnewAfterItsEnd() throws Exception {
    Guest left = running(SevMode.SEV);
    left.pause();
    PageSet shared = left.pageStatus().shared();
    Guest guest = adopt();
    guest.close();
    guest.close();
    assertThat(guest.pageStatus().shared()).isEqualTo(shared);
    assertThat(guest.pageStatus().conversions()).isGreaterThan(2);
    assertThat(guest.migrationControl().readiness()).isNotNull();
    assertThat(guest.dirtyLog().isOn()).isFalse();
  }
}
