package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.Measured;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.StepCounter;
import java.time.Duration;
import java.util.Arrays;

/** Guests whose registers are encrypted: nobody but they themselves can say how far they are. */
final class SevEsGuests {
  static final GuestPolicy POLICY = GuestPolicy.of(GuestPolicy.Flag.ES);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MAC = 32;

  private SevEsGuests() {}

  /** Launches and measures a guest, and lets it do some work. */
  static Guest launch(TestHost host) throws Exception {
    Guest guest = create(host);
    PseudoRandomWriter.load(guest.memory(), Guests.PLAN);
    PseudoRandomWriter.prepare(guest.vcpu(), Guests.PLAN);
    Launch launch = guest.sev().launchStart(POLICY.word(), null, null);
    launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
    launch.updateVmsa();
    Measured measured = launch.measure();
    assertThat(Arrays.copyOf(measured.measurement(), MAC))
        .as("the measurement that the guest's owner expects")
        .isEqualTo(expected(measured.measurement()));
    measured.finish();
    StepCounter counter = StepCounter.attach(guest.machine());
    guest.run();
    counter.await(1, PATIENCE);
    return guest;
  }

  static Guest create(TestHost host) throws Exception {
    return host.create(
        new GuestConfiguration(
            "writer", Guests.PLAN.memoryBytes(), POLICY.word(), Guests.PLAN.workload()));
  }

  private static byte[] expected(byte[] measurement) {
    LaunchDigest digest = new LaunchDigest();
    digest.update(PseudoRandomWriter.image(Guests.PLAN));
    digest.update(PseudoRandomWriter.vmsa(Guests.PLAN));
    return LaunchMeasurement.compute(
        TransportKeys.zero(),
        new ApiVersion(1, 55),
        21,
        POLICY,
        digest.value(),
        Arrays.copyOfRange(measurement, MAC, measurement.length));
  }

  /** Steps up to the next batch that the guest, which runs, has done. */
  static long steps(Guest guest) throws Exception {
    StepCounter counter = StepCounter.attach(guest.machine());
    counter.await(1, PATIENCE);
    return counter.steps();
  }

  /** The guest is where it was: it runs, and it gets on. */
  static void assertGoesOn(Guest guest) throws Exception {
    assertThat(guest.isRunning()).as("the guest runs").isTrue();
    long before = steps(guest);
    assertThat(steps(guest)).isGreaterThan(before);
  }
}
