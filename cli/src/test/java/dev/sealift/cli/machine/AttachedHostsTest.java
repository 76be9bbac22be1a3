package dev.sealift.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.TestRoot;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.interpose.machine.Standing;
import dev.sealift.migration.ArrivalListener;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.MigrationDestination;
import dev.sealift.migration.MigrationSource;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.Measured;
import dev.sealift.vmm.guest.MemoryProof;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import dev.sealift.vmm.guest.StepCounter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Hosts whose machines are in processes of their own")
@Timeout(120)
class AttachedHostsTest {
  private static final Plan PLAN = new Plan(8 << 20, 64);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PASSWORD = "test";

  @TempDir Path directory;

  @Test
  @Tag("long")
  void moveAGuestWithEveryByteOfItsMemory() throws Exception {
    HostTrust.save(TestRoot.root(), directory, "test", PASSWORD, new SecureRandom());
    CompletableFuture<Guest> arrival = new CompletableFuture<>();
    try (ServedMachine source = machine("source");
        ServedMachine destination = machine("destination");
        FileJournal left = FileJournal.open(directory.resolve("source.journal"));
        FileJournal came = FileJournal.open(directory.resolve("destination.journal"));
        MigrationDestination listening =
            MigrationDestination.listen(
                destination.host().destination(trust(HostRole.DESTINATION).identity(), came),
                new InetSocketAddress(HostTrust.LOOPBACK, 0),
                DestinationOptions.DEFAULT,
                arrivals(arrival))) {
      SourceHost host = source.host().source(trust(HostRole.SOURCE).identity(), left);
      Standing idle = source.server().standing();
      try (Guest guest = launch(source)) {
        MoveOutcome outcome =
            new MigrationSource(host)
                .move(guest, listening.address(), MoveOptions.DEFAULT, MoveListener.SILENT);
        assertThat(outcome).isInstanceOf(MoveOutcome.Moved.class);
      }
      Standing after = source.server().standing();
      assertThat(after.descriptors()).isEqualTo(idle.descriptors());
      assertThat(after.mappings()).isEqualTo(idle.mappings());
      try (Guest arrived = arrival.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        StepCounter.attach(arrived.machine()).await(4, PATIENCE);
        arrived.pause();
        MemoryProof proof = MemoryProof.take(arrived.machine(), PLAN);
        assertThat(proof.mismatches()).isZero();
        assertThat(proof.pagesCompared()).isEqualTo(arrived.memory().pages());
      }
    }
  }

  private ServedMachine machine(String name) throws Exception {
    return ServedMachine.in(Files.createDirectory(directory.resolve(name)));
  }

  private HostTrust trust(HostRole role) throws Exception {
    return HostTrust.load(directory, role, PASSWORD);
  }

  private static ArrivalListener arrivals(CompletableFuture<Guest> arrival) {
    return new ArrivalListener() {
      @Override
      public void arrived(MoveId move, Guest guest) {
        arrival.complete(guest);
      }
    };
  }

  /** Launches a guest that proves itself, and lets it run past its boot. */
  private static Guest launch(ServedMachine machine) throws Exception {
    Guest guest =
        Guest.create(
            machine.host().host(),
            machine.host().platform(),
            new GuestConfiguration("writer", PLAN.memoryBytes(), 0, PLAN.workload()));
    PseudoRandomWriter.load(guest.memory(), PLAN);
    Launch launch = guest.sev().launchStart(0, null, null);
    launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
    Measured measured = launch.measure();
    measured.finish();
    PseudoRandomWriter.prepare(guest.vcpu(), PLAN);
    StepCounter counter = StepCounter.attach(guest.machine());
    guest.run();
    counter.await(1, PATIENCE);
    return guest;
  }
}
