package dev.sealift.vmm.adopt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.MemoryProof;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import dev.sealift.vmm.guest.StepCounter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The memory of a guest whose VMM is killed")
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProvedGuestTest {
  private static final Plan PLAN = new Plan(8 << 20, 16);
  private static final String NAME = "writer";
  private static final int ES = 1 << 2;

  /** Batches of work up to and beyond the first two times that the exchange range turns over. */
  private static final int BATCHES = 2 * PseudoRandomWriter.EXCHANGE_EVERY + 1;

  private final Machine machine = new Machine();

  /** Calls by which a VMM makes and launches a guest, and so serves its boot. */
  @ParameterizedTest(name = "{0}, {1} call {2}")
  @CsvSource("SEV_ES, BEFORE, 56")
  void isWholeToTheLastByte(SevMode mode, MortalVmm.Moment moment, int call) throws Exception {
    assertThat(isProvedUnderAnother(mode, moment, call)).isTrue();
  }

  @ParameterizedTest(name = "{0}, {1} the call")
  @CsvSource({"SEV, AFTER", "SEV_ES, BEFORE"})
  @Tag("long")
  void isWholeWhicheverCallTheVmmWasKilledAt(SevMode mode, MortalVmm.Moment moment)
      throws Exception {
    int proved = 0;
    for (int call = 40; call < 100; call++) {
      if (isProvedUnderAnother(mode, moment, call)) {
        proved++;
      }
    }
    assertThat(proved).isGreaterThan(30);
  }

  /** Whether the VMM was killed with the guest launched; then its memory is whole. */
  private boolean isProvedUnderAnother(SevMode mode, MortalVmm.Moment moment, int call)
      throws Exception {
    MortalVmm first = machine.vmm(call, moment);
    boolean launched = runUntilKilled(first, mode);
    first.kill();
    if (!launched) {
      Guest.kept(machine.host()).forEach(this::discard);
      return false;
    }
    MortalVmm second = machine.vmm();
    try (SevPlatform platform = SevPlatform.open(second.host());
        Guest guest = Guest.adopt(second.host(), platform, NAME)) {
      MemoryProof proof = MemoryProof.take(guest.machine(), PLAN);
      assertThat(proof.mismatches()).as("call %d: %s", call, proof.firstMismatch()).isZero();
      assertThat(proof.pagesCompared()).isEqualTo(guest.memory().pages());
    }
    return true;
  }

  private void discard(String name) {
    try {
      Guest.discard(machine.host(), name);
    } catch (VmmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Whether it came to run the guest before it was killed. */
  private static boolean runUntilKilled(MortalVmm vmm, SevMode mode) throws Exception {
    Host host = vmm.host();
    boolean launched = false;
    try (SevPlatform platform = SevPlatform.open(host)) {
      int policy = mode == SevMode.SEV_ES ? ES : 0;
      Guest guest =
          Guest.create(
              host,
              platform,
              new GuestConfiguration(NAME, PLAN.memoryBytes(), policy, PLAN.workload()));
      guest.keep(NAME);
      PseudoRandomWriter.load(guest.memory(), PLAN);
      PseudoRandomWriter.prepare(guest.vcpu(), PLAN);
      Launch launch = guest.sev().launchStart(policy, null, null);
      launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
      if (mode == SevMode.SEV_ES) {
        launch.updateVmsa();
      }
      launch.measure().finish();
      launched = true;
      StepCounter counter = StepCounter.attach(guest.machine());
      guest.run();
      while (counter.steps() < (long) BATCHES * PseudoRandomWriter.STEPS_PER_BATCH) {
        if (vmm.isDead()) {
          return true;
        }
        Thread.sleep(1);
      }
    } catch (MortalVmm.Killed | VmmException end) {
      if (!vmm.isDead()) {
        throw end;
      }
    }
    return launched;
  }
}
