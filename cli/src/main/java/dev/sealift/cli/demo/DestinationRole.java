package dev.sealift.cli.demo;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.process.HostConversation;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.migration.ArrivalListener;
import dev.sealift.migration.DestinationHost;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.MigrationDestination;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.MemoryProof;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.StepCounter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The host process that the guest moves to. */
final class DestinationRole {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int BATCHES_BEFORE_PROOF = 32;

  private final HostKind kind;
  private final KernelProfile kernel;
  private final ProcessorPace pace;
  private final Path directory;
  private final HostConversation<HostOrder, HostEvent> demo;
  private final CompletableFuture<Guest> arrival = new CompletableFuture<>();

  DestinationRole(
      HostKind kind,
      KernelProfile kernel,
      ProcessorPace pace,
      Path directory,
      HostConversation<HostOrder, HostEvent> demo) {
    this.kind = kind;
    this.kernel = kernel;
    this.pace = pace;
    this.directory = directory;
    this.demo = demo;
  }

  /** Follows the demonstration's orders to their end. */
  void run()
      throws Failure,
          VmmException,
          LinuxUnavailableException,
          IOException,
          GeneralSecurityException,
          InterruptedException,
          TimeoutException {
    HostOrder.Prepare prepare = demo.expect(HostOrder.Prepare.class);
    HostTrust trust = HostTrust.load(directory, HostRole.DESTINATION, prepare.password());
    try (HostMachine machine = HostMachine.powerUp(kind, kernel, trust.root(), pace);
        FileJournal journal = FileJournal.open(directory.resolve("destination.journal"))) {
      DestinationHost host = machine.destination(trust.identity(), journal);
      try (MigrationDestination destination =
          MigrationDestination.listen(
              host,
              new InetSocketAddress(HostTrust.LOOPBACK, 0),
              DestinationOptions.DEFAULT,
              new Arrivals())) {
        PlatformStatus status = machine.platform().status();
        demo.tell(
            new HostEvent.Prepared(
                ProcessHandle.current().pid(),
                machine.platform().exportCertificates().pdh(),
                status.apiMajor(),
                status.apiMinor(),
                status.build(),
                destination.address().getPort()));
        if (demo.next() instanceof HostOrder.Prove) {
          prove();
        }
      }
    }
  }

  /** Lets the guest run on, stops it, and compares all that it shows of itself. */
  private void prove() throws Failure, VmmException, InterruptedException, TimeoutException {
    try (Guest guest = arrival.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      StepCounter.attach(guest.machine()).await(BATCHES_BEFORE_PROOF, PATIENCE);
      guest.pause();
      PseudoRandomWriter.Plan plan =
          PseudoRandomWriter.Plan.parse(
                  guest.configuration().workload(), guest.configuration().memoryBytes())
              .orElseThrow(() -> new Failure("The guest that arrived is not the demo's."));
      MemoryProof proof = MemoryProof.take(guest.machine(), plan);
      demo.tell(new HostEvent.Proved(proof.pagesCompared(), proof.mismatches(), proof.steps()));
    } catch (ExecutionException e) {
      throw new Failure(Failure.sentence(e.getCause() == null ? e : e.getCause()), e);
    }
  }

  /** Takes the one guest that comes. */
  private final class Arrivals implements ArrivalListener {
    @Override
    public void arrived(MoveId move, Guest guest) {
      arrival.complete(guest);
      demo.tell(new HostEvent.Arrived());
    }

    @Override
    public void judged(MoveId move, Verdict verdict) {
      demo.tell(new HostEvent.Judged(verdict));
    }

    @Override
    public void lost(MoveId move, MigrationException reason) {
      arrival.completeExceptionally(reason);
      demo.tell(HostEvent.Failed.because(reason));
    }
  }
}
