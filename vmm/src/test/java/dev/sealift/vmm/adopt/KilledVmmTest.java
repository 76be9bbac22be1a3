package dev.sealift.vmm.adopt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.Vcpu;
import dev.sealift.vmm.VmmException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A guest whose VMM is killed")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledVmmTest {
  private static final String NAME = "guest-1";

  private final Machine machine = new Machine();

  @ParameterizedTest(name = "{0}, {1} the call, each {2}th call")
  @CsvSource({"SEV, AFTER, 7", "SEV_ES, BEFORE, 11"})
  void goesOnUnderAnotherAtCallsFromTheFirstToTheLast(
      SevMode mode, MortalVmm.Moment moment, int step) throws Exception {
    assertThat(sweep(mode, moment, step)).isGreaterThan(3);
  }

  @ParameterizedTest(name = "{0}, {1} the call")
  @CsvSource({"SEV, BEFORE", "SEV, AFTER", "SEV_ES, BEFORE", "SEV_ES, AFTER"})
  @Tag("long")
  void goesOnUnderAnotherWhicheverCallItWasKilledAt(SevMode mode, MortalVmm.Moment moment)
      throws Exception {
    assertThat(sweep(mode, moment, 1)).isGreaterThan(35);
  }

  /** Kills a VMM at each of its calls in turn; how often the guest was there to be adopted. */
  private int sweep(SevMode mode, MortalVmm.Moment moment, int step) throws Exception {
    int adopted = 0;
    int call = 0;
    boolean wasKilled = true;
    while (wasKilled) {
      MortalVmm first = machine.vmm(call, moment);
      wasKilled = !livesToTheEnd(first, mode);
      first.kill();
      if (goesOnUnderAnother("call " + call)) {
        adopted++;
      }
      assertThat(machine.store.names()).isEmpty();
      assertThat(machine.guests()).as("after call %d", call).isZero();
      call += step;
    }
    return adopted;
  }

  /** What a VMM does with a guest; false if it was killed in the midst of it. */
  private static boolean livesToTheEnd(MortalVmm vmm, SevMode mode) throws Exception {
    Host host = vmm.host();
    try (SevPlatform platform = SevPlatform.open(host)) {
      Guest guest = TurningGuest.launch(host, platform, mode, NAME);
      Reports reports = Reports.attach(guest);
      guest.run();
      long round = reports.awaitAfter(2, vmm::isDead);
      guest.dirtyLog().start();
      round = reports.awaitAfter(round, vmm::isDead);
      guest.dirtyLog().fetchAndClear();
      guest.pause();
      if (mode == SevMode.SEV) {
        guest.vcpu().save();
      }
      guest.dirtyLog().stop();
      guest.resume();
      reports.awaitAfter(round + 2, vmm::isDead);
      return !vmm.isDead();
    } catch (MortalVmm.Killed | VmmException | AssertionError end) {
      if (!vmm.isDead()) {
        throw end;
      }
      return false;
    }
  }

  /** Whether it is there to be adopted, and can be: a launch that was cut short is not. */
  private boolean goesOnUnderAnother(String when) throws Exception {
    if (Guest.kept(machine.host()).isEmpty()) {
      return false;
    }
    MortalVmm second = machine.vmm();
    try (SevPlatform platform = SevPlatform.open(second.host())) {
      Guest guest = Guest.adopt(second.host(), platform, NAME);
      if (isBeforeLaunch(guest)) {
        assertThat(guest.vcpu().state()).isEqualTo(new Vcpu.State.Ready());
        guest.close();
        return false;
      }
      assertThat(guest.isRunning()).isFalse();
      Reports reports = Reports.attach(guest);
      guest.dirtyLog().stop();
      guest.run();
      try {
        reports.awaitAfter(reports.awaitAfter(0, second::isDead) + 3, second::isDead);
      } catch (AssertionError ended) {
        throw new AssertionError(when, ended);
      }
      guest.pause();
      guest.close();
    }
    return true;
  }

  private static boolean isBeforeLaunch(Guest guest) {
    try {
      return guest.sev().status().state() != GuestState.RUNNING;
    } catch (VmmException neverBegun) {
      return true;
    }
  }
}
