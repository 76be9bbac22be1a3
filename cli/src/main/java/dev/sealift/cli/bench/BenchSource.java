package dev.sealift.cli.bench;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.process.HostConversation;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.migration.MigrationSource;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** The host process that launches guests and sends them away, one after the other. */
final class BenchSource {
  /** Beside the first move the packet engines are tried; the next one finds the choice made. */
  static final Duration TRIAL = Duration.ofSeconds(15);

  private final HostKind kind;
  private final Path directory;
  private final HostConversation<BenchOrder, BenchEvent> bench;

  BenchSource(HostKind kind, Path directory, HostConversation<BenchOrder, BenchEvent> bench) {
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
          InterruptedException,
          TimeoutException {
    BenchOrder.Prepare prepare = bench.expect(BenchOrder.Prepare.class);
    HostTrust trust = HostTrust.load(directory, HostRole.SOURCE, prepare.password());
    try (HostMachine machine = HostMachine.powerUp(kind, KernelProfile.EXTENDED, trust.root());
        FileJournal journal = FileJournal.open(directory.resolve("source.journal"))) {
      SourceHost host = machine.source(trust.identity(), journal);
      bench.tell(new BenchEvent.Prepared(0));
      while (bench.next() instanceof BenchOrder.Launch launch) {
        Result moved;
        try (Guest guest = launch(machine, launch)) {
          bench.tell(new BenchEvent.Launched());
          moved = move(host, guest, bench.expect(BenchOrder.Move.class));
        }
        machine.engines().awaitDecision(TRIAL);
        bench.tell(
            new BenchEvent.Moved(
                moved.figures(), moved.usage(), machine.engines().current().label()));
      }
    }
  }

  private static Guest launch(HostMachine machine, BenchOrder.Launch order)
      throws VmmException, InterruptedException, TimeoutException {
    return order.hotPages() == 0
        ? BenchGuest.idle(machine, order.memoryBytes())
        : BenchGuest.hot(machine, order.memoryBytes(), order.hotPages());
  }

  private record Result(MoveFigures figures, ProcessUsage usage) {}

  private static Result move(SourceHost host, Guest guest, BenchOrder.Move order)
      throws Failure, IOException {
    MoveOptions options =
        MoveOptions.DEFAULT
            .withDowntimeTarget(Duration.ofMillis(order.downtimeMillis()))
            .withDataConnections(connections());
    Watch watch = new Watch();
    MoveOutcome outcome =
        new MigrationSource(host)
            .move(
                guest,
                new InetSocketAddress(HostTrust.LOOPBACK, order.port()),
                order.onePageACall() ? options.withOnePageACall() : options,
                watch);
    return switch (outcome) {
      case MoveOutcome.Moved moved ->
          new Result(MoveFigures.of(moved), ProcessUsage.between(watch.begin, watch.end));
      case MoveOutcome.StayedAtSource stayed ->
          throw Failure.elsewhere(stayed.reason(), More.of(stayed.code(), stayed.status()));
      case MoveOutcome.HandedOver handedOver -> throw new Failure(handedOver.reason());
    };
  }

  /** Marks when pages begin to go, and when the last of them are there. */
  private static final class Watch implements MoveListener {
    private ProcessUsage.Mark begin = ProcessUsage.Mark.now();
    private ProcessUsage.Mark end = begin;

    @Override
    public void step(SourceStep step) {
      if (step == SourceStep.SENDING) {
        begin = ProcessUsage.Mark.now();
      }
    }

    @Override
    public void round(RoundReport round) {
      end = ProcessUsage.Mark.now();
    }
  }

  /** Both hosts run on this machine: each has half of its processors. */
  private static int connections() {
    return Math.clamp(
        Runtime.getRuntime().availableProcessors() / 2, 1, MoveOptions.DEFAULT.dataConnections());
  }
}
