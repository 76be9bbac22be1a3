package dev.sealift.cli.bench;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.process.HostConversation;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.crypto.EngineChoice;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.migration.ArrivalListener;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.MigrationDestination;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The host process that guests move to; each is ended when it has arrived. */
final class BenchDestination {
  private static final long PATIENCE_SECONDS = 120;

  private final HostKind kind;
  private final Path directory;
  private final HostConversation<BenchOrder, BenchEvent> bench;
  private final Arrivals arrivals = new Arrivals();

  BenchDestination(HostKind kind, Path directory, HostConversation<BenchOrder, BenchEvent> bench) {
    this.kind = kind;
    this.directory = directory;
    this.bench = bench;
  }

  /** Follows the bench's orders to their end. */
  void run()
      throws Failure,
          VmmException,
          LinuxUnavailableException,
          IOException,
          GeneralSecurityException,
          InterruptedException {
    BenchOrder.Prepare prepare = bench.expect(BenchOrder.Prepare.class);
    HostTrust trust = HostTrust.load(directory, HostRole.DESTINATION, prepare.password());
    try (HostMachine machine = HostMachine.powerUp(kind, KernelProfile.EXTENDED, trust.root());
        FileJournal journal = FileJournal.open(directory.resolve("destination.journal"));
        MigrationDestination destination =
            MigrationDestination.listen(
                machine.destination(trust.identity(), journal),
                new InetSocketAddress(HostTrust.LOOPBACK, 0),
                DestinationOptions.DEFAULT,
                arrivals)) {
      bench.tell(new BenchEvent.Prepared(destination.address().getPort()));
      while (bench.next() instanceof BenchOrder.Receive) {
        receive(machine.engines());
      }
    }
  }

  private void receive(EngineChoice engines) throws Failure, IOException, InterruptedException {
    Guest guest = arrivals.guests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (guest == null) {
      throw new Failure("no guest came");
    }
    ProcessUsage usage = ProcessUsage.between(arrivals.begin, arrivals.end);
    guest.close();
    engines.awaitDecision(BenchSource.TRIAL);
    bench.tell(new BenchEvent.Arrived(usage, engines.current().label()));
  }

  /** Takes guests in, and marks when their pages begin to come and when they are whole. */
  private final class Arrivals implements ArrivalListener {
    private final BlockingQueue<Guest> guests = new LinkedBlockingQueue<>();
    private volatile ProcessUsage.Mark begin = ProcessUsage.Mark.now();
    private volatile ProcessUsage.Mark end = begin;

    @Override
    public void arrived(MoveId move, Guest guest) {
      guests.add(guest);
    }

    @Override
    public void step(MoveId move, DestinationStep step) {
      if (step == DestinationStep.RECEIVING) {
        begin = ProcessUsage.Mark.now();
      } else if (step == DestinationStep.PREPARED) {
        end = ProcessUsage.Mark.now();
      }
    }

    @Override
    public void lost(MoveId move, MigrationException reason) {
      bench.tell(BenchEvent.Failed.because(reason));
    }
  }
}
